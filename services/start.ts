// All services in one process, on one port: `npm start`, the demo, and the importer where no service runs.
import type { Config } from '#shared/config.ts'
import type { Logger } from '#shared/logger.ts'
import { startService, type Started } from '#shared/start-service.ts'
import { createIngest } from './ingest/service.ts'
import { createProjector } from './projector/service.ts'
import { createQuery } from './query/service.ts'

/** Rejects with one sentence where something is missing: the engine, the data directory, the port. */
export function startAfterlog({ config, log }: { config: Config; log: Logger }): Promise<Started> {
  return startService({ config, log, services: [createIngest, createProjector, createQuery] })
}

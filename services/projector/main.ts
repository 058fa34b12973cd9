// The projector as a process of its own over a ClickHouse server, apart from ingest and query.
import { runService } from '#shared/process.ts'
import { startService } from '#shared/start-service.ts'
import { createProjector } from './service.ts'

runService({
  name: 'projector',
  env: process.env,
  start: (options) => startService({ ...options, services: [createProjector] }),
})

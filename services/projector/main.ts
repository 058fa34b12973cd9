// The projector alone, scaled apart from the ingest and query services, over a ClickHouse server.
import { runService } from '#shared/process.ts'
import { startService } from '#shared/start-service.ts'
import { createProjector } from './service.ts'

runService({ name: 'projector', env: process.env, start: (options) => startService({ ...options, services: [createProjector] }) })

// The query service alone, scaled apart from the ingest service, over a ClickHouse server.
import { runService } from '#shared/process.ts'
import { startService } from '#shared/start-service.ts'
import { createQuery } from './service.ts'

runService({
  name: 'query',
  env: process.env,
  start: (options) => startService({ ...options, services: [createQuery] }),
})

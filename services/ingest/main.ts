// The ingest service alone, scaled apart from the query service, with a ClickHouse server as its store.
import { runService } from '#shared/process.ts'
import { startService } from '#shared/start-service.ts'
import { createIngest } from './service.ts'

runService({
  name: 'ingest',
  env: process.env,
  defaults: { AFTERLOG_HTTP_PORT: '8081' },
  start: (options) => startService({ ...options, services: [createIngest] }),
})

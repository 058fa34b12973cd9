// `npm start`: ingest, the projector and query in one process, over the embedded engine or, where
// AFTERLOG_CLICKHOUSE_URL is set, over a server.
import { runService } from '#shared/process.ts'
import { startAfterlog } from './start.ts'

runService({ name: 'afterlog', env: process.env, start: startAfterlog })

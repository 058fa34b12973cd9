// Chooses the store of a configuration: a server where AFTERLOG_CLICKHOUSE_URL is set, else the embedded engine. Pure.
import type { Config } from '../config.ts'
import type { Logger } from '../logger.ts'
import type { EmbeddedOptions, ServerOptions, StatementQueueOptions } from './open-store.ts'

export function storeOptions(
  config: Config,
  log: Logger,
  {
    onSessionWait,
    onPlaceWait,
  }: { onSessionWait?: EmbeddedOptions['onSessionWait']; onPlaceWait?: StatementQueueOptions['onPlaceWait'] } = {},
): EmbeddedOptions | ServerOptions {
  const queue = {
    concurrency: config.AFTERLOG_QUERY_CONCURRENCY,
    queueMax: config.AFTERLOG_QUERY_QUEUE_MAX,
    onPlaceWait,
  }
  const database = config.AFTERLOG_CLICKHOUSE_DATABASE
  const url = config.AFTERLOG_CLICKHOUSE_URL
  if (url === undefined) {
    const waits = onSessionWait === undefined ? {} : { onSessionWait }
    return { mode: 'embedded', dataDir: config.AFTERLOG_DATA_DIR, database, log, ...waits, ...queue }
  }
  return {
    mode: 'server',
    url,
    user: config.AFTERLOG_CLICKHOUSE_USER,
    password: config.AFTERLOG_CLICKHOUSE_PASSWORD,
    database,
    cluster: config.AFTERLOG_CLICKHOUSE_CLUSTER,
    log,
    ...queue,
  }
}

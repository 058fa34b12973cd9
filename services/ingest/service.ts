// The ingest service put together: source ─► decode ─► normalise ─► batch ─► write. What must go back, the acknowledgement and the
// back-pressure, is the promise of `accept` and nothing else.
import { AfterlogError } from '#shared/errors.ts'
import type { CreateService } from '#shared/start-service.ts'
import { createGroupWriter } from './buffer/group-writer.ts'
import { InflightBytes } from './buffer/inflight.ts'
import { createIngestMetrics } from './metrics.ts'
import { batchesRoute } from './routes/batches.ts'
import type { Accept } from './routes/batch-post.ts'
import { lifecycleRoute } from './routes/lifecycle.ts'
import { columns } from './store/columns.ts'
import { deadLetterRows } from './store/dead-letters.ts'
import { createExpiry } from './store/expiry.ts'
import type { TableName } from './store/table-rows.ts'

/** Bytes of one insert: big ones cost the engine half as much per line as small ones. */
const groupBytesMax = 32 * 1024 * 1024

export const createIngest: CreateService = ({ config, store, log, registry, clock }) => {
  const inflight = new InflightBytes(config.AFTERLOG_INFLIGHT_BYTES_MAX)
  const metrics = createIngestMetrics({ registry, inflight })

  async function insert(table: TableName, rows: Buffer, count: number): Promise<void> {
    const startedMs = performance.now()
    try {
      await store.insert({ table, columns: columns[table], rows, format: 'JSONCompactEachRow' })
    } catch (error) {
      const code = error instanceof AfterlogError ? error.code : 'internal'
      metrics.insertFailed(table, code)
      log.warn({ table, rows: count, bytes: rows.length, code, err: error }, 'insert failed')
      throw error
    }
    metrics.inserted(table, count, rows.length, (performance.now() - startedMs) / 1000)
  }

  const expiry = createExpiry({ store, retention: config.AFTERLOG_RETENTION, log, clock })
  const writer = createGroupWriter({ insert, flushIntervalMs: config.AFTERLOG_FLUSH_INTERVAL_MS, groupBytesMax })

  const accept: Accept = async (decoded, origin, key) => {
    const letters = deadLetterRows(decoded.rejects, origin, key)
    await writer.accept(letters === undefined ? decoded.tables : [...decoded.tables, letters])
    metrics.accepted(origin.source, decoded.accepted)
    for (const { reason } of decoded.rejects) metrics.rejected(reason)
  }

  const posting = { accept, inflight, bodyBytesMax: config.AFTERLOG_BODY_BYTES_MAX, cluster: config.AFTERLOG_CLUSTER, clock }
  const seed = Math.floor(Math.random() * 2 ** 31)
  return {
    routes: [batchesRoute({ ...posting, retention: config.AFTERLOG_RETENTION, seed }), lifecycleRoute(posting)],
    close: async () => {
      await writer.close()
      await expiry.close()
    },
  }
}

// The ingest service put together: source ─► decode ─► normalise ─► batch ─► write. What must go back, the acknowledgement and the
// back-pressure, is the promise of `accept` and nothing else.
import { observeStore } from '#shared/clickhouse/observed-store.ts'
import { createApiServer } from '#shared/kubernetes/api-server.ts'
import type { CreateService } from '#shared/start-service.ts'
import { within } from '#shared/within.ts'
import { createBufferPool } from './buffer/buffer-pool.ts'
import { InflightBytes } from './buffer/inflight.ts'
import { createKafka } from './kafka.ts'
import { createKubernetes } from './kubernetes.ts'
import { createIngestMetrics } from './metrics.ts'
import { settleReplay } from './normalise/replay.ts'
import { createPublishingDelivery } from './publish/publishing-delivery.ts'
import { batchesRoute } from './routes/batches.ts'
import { createDirectDelivery, type Accept } from './routes/deliver-body.ts'
import { lifecycleRoute } from './routes/lifecycle.ts'
import { deadLetterRows, replayMark } from './store/dead-letters.ts'
import { createStoreWriter } from './store/store-writer.ts'

/** ms that small batches wait for others to share an insert: senders wait over HTTP, nobody does behind Kafka. */
const flushIntervalMs = { http: 100, kafka: 1000 }

/** ms for inserts under way once the process is told to stop, which has 25 s; those of Kafka were waited for already. */
const writerMsMax = { http: 12_000, kafka: 2000 }

/** Bytes of buffers kept between inserts: two big inserts, and the rows of what is decoded meanwhile. */
const pooledBytesMax = 96 * 1024 * 1024

export const createIngest: CreateService = async ({
  config,
  store: given,
  statements,
  log,
  registry,
  retention,
  projection,
  clock,
}) => {
  const store = observeStore(given, statements('ingest'))
  // First: a kubeconfig that is none keeps the process from starting.
  const source = config.AFTERLOG_KUBERNETES
  const api = source === undefined ? undefined : await createApiServer(source)
  const withKafka = config.AFTERLOG_KAFKA_BROKERS !== undefined
  // Apart with Kafka: a store that is away fills what is consumed, and posts still reach the brokers.
  const consumed = new InflightBytes(config.AFTERLOG_INFLIGHT_BYTES_MAX)
  const inflight = new InflightBytes(config.AFTERLOG_INFLIGHT_BYTES_MAX / (withKafka ? 2 : 1))
  const inflightBoth = {
    get bytes() {
      return inflight.bytes + consumed.bytes
    },
  }
  const metrics = createIngestMetrics({ registry, inflight: inflightBoth })
  const pool = createBufferPool(pooledBytesMax)
  const writer = createStoreWriter({
    store,
    metrics,
    pool,
    flushIntervalMs: config.AFTERLOG_FLUSH_INTERVAL_MS ?? flushIntervalMs[withKafka ? 'kafka' : 'http'],
    log,
    clock,
  })
  const seed = Math.floor(Math.random() * 2 ** 31)
  const kafka = withKafka
    ? createKafka({ config, retention, writer, pool, inflight: consumed, metrics, registry, log, clock, seed })
    : undefined

  const accept: Accept = async (decoded, origin, key) => {
    const { letters, replayed } = settleReplay(decoded, origin)
    const rows = deadLetterRows(letters, origin, key)
    await writer.accept(rows === undefined ? decoded.tables : [...decoded.tables, rows])
    if (replayed !== undefined) await writer.accept([replayMark(origin.tenant, replayed, origin.receivedMs)])
    projection.wake()
    metrics.accepted(origin.source, decoded.accepted)
    for (const { reason } of decoded.rejects) metrics.rejected(reason)
  }

  const { AFTERLOG_KAFKA_TOPICS: topics } = config
  const direct = createDirectDelivery({ accept, retention, seed })
  const deliver =
    kafka === undefined
      ? direct
      : createPublishingDelivery({
          publisher: kafka.publisher,
          topics,
          direct,
          retention,
          seed,
          onPublished: (origin, { accepted }) => metrics.accepted(origin.source, accepted),
        })
  const { AFTERLOG_CLUSTER: cluster } = config
  const kubernetes =
    api === undefined ? undefined : createKubernetes({ api, cluster, deliver, store, inflight, registry, log, clock })
  const posting = { deliver, inflight, bodyBytesMax: config.AFTERLOG_BODY_BYTES_MAX, cluster, clock }
  return {
    routes: [batchesRoute(posting), lifecycleRoute(posting)],
    readiness: async () => kafka?.readiness() ?? [],
    // Agents' lines are taken all the same: unready, nobody could send them.
    troubles: () => kubernetes?.troubles() ?? [],
    close: async () => {
      await kubernetes?.close()
      await kafka?.close()
      // A store that hangs keeps nobody from stopping: nothing that is not stored was acknowledged.
      await within(writerMsMax[withKafka ? 'kafka' : 'http'], writer.close())
    },
  }
}

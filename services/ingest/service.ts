// Puts the ingest service together: source ─► decode ─► normalise ─► batch ─► write. The promise of `accept` is the
// acknowledgement and the back-pressure; nothing else goes back.
import { observeStore } from '#shared/clickhouse/observed-store.ts'
import { checkAdminOf } from '#shared/http/admin-token.ts'
import { createApiServer } from '#shared/kubernetes/api-server.ts'
import type { CreateService } from '#shared/start-service.ts'
import { within } from '#shared/within.ts'
import { createBufferPool } from './buffer/buffer-pool.ts'
import { InflightBytes } from './buffer/inflight.ts'
import { createDecoder } from './decoding/decoder.ts'
import { createKafka } from './kafka.ts'
import { createKubernetes } from './kubernetes.ts'
import { createIngestMetrics, type IngestMetrics } from './metrics.ts'
import { countRejects } from './normalise/reject.ts'
import { createPublishingDelivery, type PublishingDeliveryOptions } from './publish/publishing-delivery.ts'
import { agentRoutes } from './routes/agent-routes.ts'
import { createArrivalClock } from './routes/arrival-clock.ts'
import { batchesRoute } from './routes/batches.ts'
import { createDirectDelivery, type Accept } from './routes/deliver-body.ts'
import { withOwnReplays } from './routes/own-replays.ts'
import { lifecycleRoute } from './routes/lifecycle.ts'
import { replayMark } from './store/dead-letters.ts'
import type { GroupWriter } from './buffer/group-writer.ts'
import { createNewestTime } from './store/newest-time.ts'
import { restoreRefused } from './store/restore-refused.ts'
import { createStoreWriter } from './store/store-writer.ts'
import { openSockets } from './sockets.ts'

/**
 * ms that small batches wait for others to share an insert: each costs some 40 ms of CPU, however few rows it has.
 * Senders wait for an answer over HTTP; none do behind Kafka.
 */
const flushIntervalMs = { http: 250, kafka: 1000 }

/**
 * ms that a stop waits for inserts under way, of the 25 s that a process has to stop. The Kafka source has waited for
 * its inserts before.
 */
const writerMsMax = { http: 12_000, kafka: 2000 }

/** Bytes of free buffers between inserts: two big inserts beside each other. */
const pooledBytesMax = 48 * 1024 * 1024

export const createIngest: CreateService = async ({
  config,
  store: given,
  background,
  statements,
  log,
  registry,
  retention,
  projection,
  lostParts,
  clock,
}) => {
  const store = observeStore(given, statements('ingest'))
  // First, so that an invalid kubeconfig keeps the process from starting.
  const source = config.AFTERLOG_KUBERNETES
  const api = source === undefined ? undefined : await createApiServer(source)
  const withKafka = config.AFTERLOG_KAFKA_BROKERS !== undefined
  // Kafka's bytes count apart: a store that is away fills `consumed`, and posts still reach the brokers.
  const consumed = new InflightBytes(config.AFTERLOG_INFLIGHT_BYTES_MAX)
  const inflight = new InflightBytes(config.AFTERLOG_INFLIGHT_BYTES_MAX / (withKafka ? 2 : 1))
  const inflightBoth = {
    get bytes() {
      return inflight.bytes + consumed.bytes
    },
  }
  const metrics = createIngestMetrics({ registry, inflight: inflightBoth })
  const pool = createBufferPool(pooledBytesMax)
  const newestTime = createNewestTime({ store, clock })
  const stored = createStoreWriter({
    store,
    metrics,
    pool,
    flushIntervalMs: config.AFTERLOG_FLUSH_INTERVAL_MS ?? flushIntervalMs[withKafka ? 'kafka' : 'http'],
    log,
    clock,
    newestTime,
    isMoreComing: () => decoder.isDecoding,
  })
  const writer: GroupWriter = { ...stored, accept: (tables) => projection.storing(() => stored.accept(tables)) }
  const { AFTERLOG_KAFKA_TOPICS: topics, AFTERLOG_CLUSTER: cluster, AFTERLOG_BODY_BYTES_MAX: bodyBytesMax } = config
  const decoder = createDecoder({ retention, cluster, formats: topics, pool, log })
  const kafka = withKafka
    ? createKafka({ config, retention, writer, decoder, inflight: consumed, metrics, registry, log, clock })
    : undefined

  const direct = createDirectDelivery({ accept: storing(writer, metrics), decoder })
  const onPublished = publishedCounter(metrics)
  const deliver =
    kafka === undefined
      ? direct
      : createPublishingDelivery({ publisher: kafka.publisher, topics, direct, decoder, onPublished })
  const kubernetes =
    api === undefined ? undefined : createKubernetes({ api, cluster, deliver, store, inflight, registry, log, clock })
  const checkReplay = checkAdminOf(config.AFTERLOG_ADMIN_TOKEN, config.AFTERLOG_ALLOWED_HOSTS)
  const own = withOwnReplays(deliver, store)
  const posting = { deliver: own, inflight, bodyBytesMax, cluster, clock: createArrivalClock(clock), checkReplay }
  const sockets = await openSockets(config, { ...posting, deliver, log, registry })
  const backgroundStore = observeStore(background, statements('ingest'))
  const restoring = restoreRefused({ store: backgroundStore, retention, lostParts, log, clock })
  return {
    routes: [batchesRoute(posting), lifecycleRoute(posting), ...agentRoutes(posting)],
    // With Kafka posts are taken while the store is full.
    readiness: async () => kafka?.readiness() ?? stored.obstacles(),
    // Not a part of readiness: an unready process would get no lines from agents either.
    troubles: () => kubernetes?.troubles() ?? [],
    close: async () => {
      await sockets.close()
      await kubernetes?.close()
      await kafka?.close()
      await decoder.close()
      await restoring.close()
      newestTime.close()
      // A store that hangs must not prevent the stop: rows that are not stored were not acknowledged.
      await within(writerMsMax[withKafka ? 'kafka' : 'http'], writer.close())
    },
  }
}

const publishedCounter =
  (metrics: IngestMetrics): PublishingDeliveryOptions['onPublished'] =>
  (origin, published) =>
    metrics.accepted(origin.source, published)

/** A letter is closed once the record that was sent again is stored. */
const storing =
  (writer: Pick<GroupWriter, 'accept'>, metrics: IngestMetrics): Accept =>
  async (decoded, origin) => {
    const { tables, replayed } = decoded
    await writer.accept(tables)
    if (replayed !== undefined) await writer.accept([replayMark(origin.tenant, replayed, origin.receivedMs)])
    metrics.accepted(origin.source, decoded)
    metrics.rejected(countRejects(decoded.rejects))
  }

// The query service put together: request ─► parse ─► plan ─► read ─► render.
import { observeStore } from '#shared/clickhouse/observed-store.ts'
import { checkAdminOf } from '#shared/http/admin-token.ts'
import type { CreateService } from '#shared/start-service.ts'
import { contextRoute } from './logs/context-route.ts'
import { deadLettersRoute } from './dead-letters/dead-letters-route.ts'
import { deathsFacetsRoute } from './deaths/deaths-facets-route.ts'
import { deathsHistogramRoute } from './deaths/deaths-histogram-route.ts'
import { createDeathFeed } from './deaths/follow-deaths.ts'
import { deathsTailRoute } from './deaths/deaths-tail-route.ts'
import { deathsRoute } from './deaths/deaths-route.ts'
import { explainedRoute } from './http/explained-route.ts'
import { fieldsRoute } from './fields/fields-route.ts'
import { histogramRoute } from './logs/histogram-route.ts'
import { kubernetesRoutes } from './kubernetes/kubernetes-routes.ts'
import { lokiRoutes } from './loki/loki-routes.ts'
import { logsRoute } from './logs/logs-route.ts'
import { nodeRoute } from './nodes/node-route.ts'
import { nodesRoute } from './nodes/nodes-route.ts'
import { obituaryRoute } from './obituary/obituary-route.ts'
import { patternsRoute } from './patterns/patterns-route.ts'
import { podLogsRoute } from './logs/pod-logs-route.ts'
import { podRoute } from './pods/pod-route.ts'
import { podsRoute } from './pods/pods-route.ts'
import { retentionRoute } from './retention/retention-route.ts'
import { storeRoute } from './store/store-route.ts'
import { createArrivalFeed } from './tail/follow-arrivals.ts'
import { createSentMemory } from './tail/sent-memory.ts'
import { tailRoute } from './tail/tail-route.ts'
import { createPolling } from './http/watch-polling.ts'
import { followProjector } from './pods/follow-projector.ts'
import { webRoute } from './web/web-route.ts'
import { createQueryMetrics } from './metrics.ts'

/** Those whose answers have an end and are ours to shape. */
const explained = [
  logsRoute,
  histogramRoute,
  patternsRoute,
  contextRoute,
  fieldsRoute,
  podsRoute,
  podRoute,
  podLogsRoute,
  obituaryRoute,
  deathsRoute,
  deathsHistogramRoute,
  deathsFacetsRoute,
  nodesRoute,
  nodeRoute,
  deadLettersRoute,
]

export const createQuery: CreateService = ({
  config,
  store: given,
  statements,
  retention,
  projection,
  blockedDays,
  registry,
  clock,
}) => {
  const store = observeStore(given, statements('query'))
  const stopping = new AbortController()
  const limits = {
    timeMs: config.AFTERLOG_QUERY_TIME_MS,
    memoryBytes: config.AFTERLOG_QUERY_MEMORY_BYTES,
    rowsRead: config.AFTERLOG_QUERY_ROWS_MAX,
    bytesRead: config.AFTERLOG_QUERY_READ_BYTES_MAX,
  }
  const following =
    store.mode === 'server' ? followProjector({ store, projection, signal: stopping.signal }) : undefined
  const metrics = createQueryMetrics(registry)
  const sentMemory = createSentMemory({
    clock: () => performance.now(),
    flushIntervalMs: config.AFTERLOG_FLUSH_INTERVAL_MS,
  })
  const polling = createPolling(store)
  const options = {
    store,
    clock,
    stopping: stopping.signal,
    limits,
    projection,
    polling,
    deathFeed: createDeathFeed({ store, limits, polling }),
    sentMemory,
    feed: createArrivalFeed({
      store,
      limits,
      clock,
      overlapMs: sentMemory.overlapMs,
      onRound: metrics.tailRound,
      onDropped: metrics.tailDropped,
    }),
  }
  return {
    routes: [
      ...explained.map((route) => explainedRoute(route(options), options)),
      ...[tailRoute, deathsTailRoute, kubernetesRoutes].map((route) => route(options)),
      lokiRoutes({ ...options, origins: config.AFTERLOG_CORS_ORIGINS }),
      webRoute(),
      storeRoute({ ...options, registry, retention, inflightBytesMax: config.AFTERLOG_INFLIGHT_BYTES_MAX }),
      retentionRoute({
        ...options,
        retention,
        blockedDays,
        checkAdmin: checkAdminOf(config.AFTERLOG_ADMIN_TOKEN, config.AFTERLOG_ALLOWED_HOSTS),
      }),
    ],
    drain: () => stopping.abort(),
    close: async () => {
      stopping.abort()
      await following
    },
  }
}

// The query service put together: request ─► parse ─► plan ─► read ─► render.
import { observeStore } from '#shared/clickhouse/observed-store.ts'
import type { CreateService } from '#shared/start-service.ts'
import { contextRoute } from './routes/context.ts'
import { deadLettersRoute } from './routes/dead-letters.ts'
import { fieldsRoute } from './routes/fields.ts'
import { histogramRoute } from './routes/histogram.ts'
import { kubernetesRoutes } from './routes/kubernetes/kubernetes.ts'
import { logsRoute } from './routes/logs.ts'
import { obituaryRoute } from './routes/obituary.ts'
import { podLogsRoute } from './routes/pod-logs.ts'
import { podRoute } from './routes/pod.ts'
import { podsRoute } from './routes/pods.ts'
import { retentionRoute } from './routes/retention.ts'
import { tailRoute } from './routes/tail.ts'
import { followProjector } from './pods/follow-projector.ts'

export const createQuery: CreateService = ({ config, store: given, statements, retention, projection, blockedDays, clock }) => {
  const store = observeStore(given, statements('query'))
  const stopping = new AbortController()
  const limits = { timeMs: config.AFTERLOG_QUERY_TIME_MS, memoryBytes: config.AFTERLOG_QUERY_MEMORY_BYTES }
  const following = store.mode === 'server' ? followProjector({ store, projection, signal: stopping.signal }) : undefined
  const options = { store, clock, stopping: stopping.signal, limits, projection }
  const routes = [
    logsRoute,
    tailRoute,
    histogramRoute,
    contextRoute,
    fieldsRoute,
    podsRoute,
    podRoute,
    podLogsRoute,
    obituaryRoute,
    deadLettersRoute,
    kubernetesRoutes,
  ]
  return {
    routes: [...routes.map((route) => route(options)), retentionRoute({ ...options, retention, blockedDays })],
    drain: () => stopping.abort(),
    close: async () => {
      stopping.abort()
      await following
    },
  }
}

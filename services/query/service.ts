// The query service put together: request ─► parse ─► plan ─► read ─► render; and what it keeps of pods beyond their lines.
import type { CreateService } from '#shared/start-service.ts'
import { createGiveWay } from './keep/give-way.ts'
import { createKeep } from './keep/keep.ts'
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

export const createQuery: CreateService = ({ config, store, retention, log, registry, clock }) => {
  const stopping = new AbortController()
  const limits = { timeMs: config.AFTERLOG_QUERY_TIME_MS, memoryBytes: config.AFTERLOG_QUERY_MEMORY_BYTES }
  const { first, behind } = createGiveWay(store)
  const keep = createKeep({ store: behind, retention, memoryBytes: limits.memoryBytes, log, registry, clock })
  const options = { store: first, clock, stopping: stopping.signal, limits }
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
    routes: [...routes.map((route) => route(options)), retentionRoute({ ...options, retention, expiry: keep.expiry })],
    drain: () => stopping.abort(),
    close: () => keep.close(),
  }
}

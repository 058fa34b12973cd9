// The query service put together: request ─► parse ─► plan ─► read ─► render.
import type { CreateService } from '#shared/start-service.ts'
import { contextRoute } from './routes/context.ts'
import { deadLettersRoute } from './routes/dead-letters.ts'
import { fieldsRoute } from './routes/fields.ts'
import { histogramRoute } from './routes/histogram.ts'
import { logsRoute } from './routes/logs.ts'
import { obituaryRoute } from './routes/obituary.ts'
import { podLogsRoute } from './routes/pod-logs.ts'
import { podRoute } from './routes/pod.ts'
import { podsRoute } from './routes/pods.ts'
import { tailRoute } from './routes/tail.ts'

export const createQuery: CreateService = ({ config, store, clock }) => {
  const stopping = new AbortController()
  const options = {
    store,
    clock,
    stopping: stopping.signal,
    limits: { timeMs: config.AFTERLOG_QUERY_TIME_MS, memoryBytes: config.AFTERLOG_QUERY_MEMORY_BYTES },
  }
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
  ]
  return {
    routes: routes.map((route) => route(options)),
    drain: () => stopping.abort(),
    close: async () => {},
  }
}

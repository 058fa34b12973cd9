// All routes under /loki but the push, which ingest has: Loki's API, read only, as Grafana's data source, Logs Drilldown
// and logcli call it. Every failure there is plain text. docs/loki.md
// https://grafana.com/docs/loki/latest/reference/loki-http-api/
import { sendSentence } from '#shared/http/problem.ts'
import type { RoutePlugin } from '#shared/http/types.ts'
import { detectedRoutes } from './detected-routes.ts'
import { formatQueryRoute } from './format-query-route.ts'
import { indexRoutes } from './index-routes.ts'
import { labelsRoutes } from './labels-routes.ts'
import { logPatternsRoute } from './log-patterns-route.ts'
import { queryRoutes } from './query-route.ts'
import type { LokiRoute, LokiRouteOptions } from './route-options.ts'
import { statusRoutes } from './status-routes.ts'
import { tailRoute } from './tail-route.ts'

const routes: readonly LokiRoute[] = [
  queryRoutes,
  labelsRoutes,
  indexRoutes,
  detectedRoutes,
  logPatternsRoute,
  tailRoute,
  formatQueryRoute,
  statusRoutes,
]

/** No query is longer. */
const formBytesMax = 1024 * 1024

export const lokiRoutes =
  (options: LokiRouteOptions): RoutePlugin =>
  (app, _, done) => {
    app.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: formBytesMax },
      async (_request: unknown, text: string) => new URLSearchParams(text),
    )
    app.setErrorHandler((error, request, reply) => sendSentence(request, reply, error))
    for (const route of routes) route(app, options)
    done()
  }

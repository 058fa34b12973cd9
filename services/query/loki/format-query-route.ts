// /loki/api/v1/format_query: a query in its one form, as the editor of Grafana asks for it.
import { z } from 'zod'
import { formatLogQL } from './logql/syntax/format-logql.ts'
import { readQuery } from './query-parameter.ts'
import { serveForm, success, type LokiApp } from './form-routes.ts'

export function formatQueryRoute(app: LokiApp): void {
  serveForm(
    app,
    {
      path: '/loki/api/v1/format_query',
      operationId: 'formatLokiQuery',
      summary: 'A query in its one form',
      parameters: ['query'],
      answer: success(z.string()),
    },
    (form) => ({ status: 'success', data: formatLogQL(readQuery(form).expr) }),
  )
}

// /loki/api/v1/query and /loki/api/v1/query_range: LogQL at one time, and over a range of time.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { invalidParameter } from '#shared/errors.ts'
import { nowNs } from '#query/http/query-context.ts'
import { requestReading } from '#query/http/request-reading.ts'
import { runLogQL, type LogqlRequest } from './logql/read-logql.ts'
import type { LogqlExpr } from './logql/syntax/logql-expr.ts'
import { readCategorize, readQuery } from './query-parameter.ts'
import type { LokiRouteOptions } from './route-options.ts'
import type { RequestForm } from './request-form.ts'
import { readBounds, readDirection, readInterval, readLimit, readStep, readTimestamp } from './request-times.ts'
import { resultJson } from './result-json.ts'
import { serveForm, success, type LokiApp } from './form-routes.ts'

const answer = success(
  z.object({
    resultType: z.enum(['streams', 'matrix', 'vector', 'scalar']),
    encodingFlags: z.array(z.string()).optional(),
    result: z.array(z.unknown()),
    stats: z.looseObject({}),
  }),
)

type Times = Pick<LogqlRequest, 'startNs' | 'endNs' | 'stepNs'> & Partial<Pick<LogqlRequest, 'intervalNs'>>

export function queryRoutes(app: LokiApp, { store, limits, clock }: LokiRouteOptions): void {
  const run = async (
    { form, request, reply }: { form: RequestForm; request: FastifyRequest; reply: FastifyReply },
    { expr, text, times }: { expr: LogqlExpr; text: string; times: Times },
  ) => {
    const limit = readLimit(form)
    const direction = readDirection(form)
    const categorize = readCategorize(request)
    const reading = requestReading({ store, limits }, reply)
    const { tenant } = request
    const result = await runLogQL({ reading, tenant, text, expr, ...times, limit, direction, categorize })
    return resultJson(result, { categorize })
  }
  serveForm(
    app,
    {
      path: '/loki/api/v1/query',
      operationId: 'queryInstant',
      example: { query: 'sum by (severity) (count_over_time({namespace="shop"}[1h]))' },
      summary: 'Evaluate a metric query at one time',
      parameters: ['query', 'time', 'limit', 'direction'],
      answer,
    },
    (form, request, reply) => {
      const { expr, text } = readQuery(form)
      if (expr.kind === 'log')
        throw invalidParameter(
          'query',
          'a query of lines has no value at one time: ask for a range (query_range), or count its lines, as in ' +
            'count_over_time({…}[5m])',
        )
      const at = readTimestamp(form, 'time') ?? nowNs(clock)
      return run({ form, request, reply }, { expr, text, times: { startNs: at, endNs: at, stepNs: 0n } })
    },
  )
  serveForm(
    app,
    {
      path: '/loki/api/v1/query_range',
      operationId: 'queryRange',
      summary: 'Lines, or the values of a metric query, over a range of time',
      parameters: ['query', 'start', 'end', 'since', 'step', 'interval', 'limit', 'direction'],
      answer,
    },
    (form, request, reply) => {
      const { expr, text } = readQuery(form)
      const { start: startNs, end: endNs } = readBounds(form, nowNs(clock))
      const intervalNs = readInterval(form)
      const stepNs = expr.kind === 'log' ? 0n : readStep(form, { start: startNs, end: endNs })
      return run({ form, request, reply }, { expr, text, times: { startNs, endNs, stepNs, intervalNs } })
    },
  )
}

// /loki/api/v1/detected_labels, detected_fields and detected_field/{name}/values: what lines can be filtered by, as
// Logs Drilldown offers it. Fields are those of the newest lines of the query.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { invalidParameter } from '#shared/errors.ts'
import { nowNs } from '#query/http/query-context.ts'
import { requestReading } from '#query/http/request-reading.ts'
import { detectFields, detectValues } from './detect-fields.ts'
import { detectLabels } from './detected-labels.ts'
import { serveForm, type LokiApp, type LokiParameter } from './form-routes.ts'
import { runLogQL } from './logql/read-logql.ts'
import type { StreamResult } from './logql/result.ts'
import { parseMatchers } from './logql/syntax/parse-logql.ts'
import { readQuery } from './query-parameter.ts'
import { readLabelSets } from './read-label-sets.ts'
import type { RequestForm } from './request-form.ts'
import { readBounds, readCount } from './request-times.ts'
import type { LokiRouteOptions } from './route-options.ts'

const linesMax = 5000
const fieldsMax = 1000
const parameters: readonly LokiParameter[] = ['query', 'start', 'end', 'since', 'line_limit', 'limit']

export function detectedRoutes(app: LokiApp, options: LokiRouteOptions): void {
  const { store, limits, clock } = options
  serveForm(
    app,
    {
      path: '/loki/api/v1/detected_labels',
      operationId: 'queryDetectedLabels',
      summary: 'Labels that are worth a filter',
      parameters: ['query', 'start', 'end', 'since'],
      answer: z.object({ detectedLabels: z.array(z.object({ label: z.string(), cardinality: z.number() })) }),
    },
    async (form, { tenant }, reply) => {
      const matchers = parseMatchers(form.get('query') ?? '')
      const bounds = readBounds(form, nowNs(clock))
      const reading = requestReading({ store, limits }, reply)
      return { detectedLabels: detectLabels(await readLabelSets({ reading, tenant, matchers, bounds })) }
    },
  )
  serveForm(
    app,
    {
      path: '/loki/api/v1/detected_fields',
      operationId: 'queryDetectedFields',
      summary: 'Fields of the newest lines',
      parameters,
      answer: z.object({
        fields: z.array(
          z.object({
            label: z.string(),
            type: z.enum(['string', 'int', 'float', 'boolean', 'duration', 'bytes']),
            cardinality: z.number(),
            parsers: z.array(z.string()).nullable(),
          }),
        ),
        limit: z.number(),
      }),
    },
    async (form, request, reply) => {
      const limit = fieldsLimit(form)
      return { fields: detectFields(await newestLines(options, { form, request, reply }), limit), limit }
    },
  )
  serveForm(
    app,
    {
      path: '/loki/api/v1/detected_field/:name/values',
      operationId: 'queryDetectedFieldValues',
      summary: 'Values of a field in the newest lines',
      parameters,
      answer: z.object({ values: z.array(z.string()), limit: z.number() }),
    },
    async (form, request, reply) => {
      const { name = '' } = request.params as { name?: string }
      const limit = fieldsLimit(form)
      return { values: detectValues(await newestLines(options, { form, request, reply }), name, limit), limit }
    },
  )
}

const fieldsLimit = (form: RequestForm): number =>
  Math.min(readCount(form, form.get('limit') === undefined ? 'field_limit' : 'limit', fieldsMax), fieldsMax)

interface Asked {
  form: RequestForm
  request: FastifyRequest
  reply: FastifyReply
}

async function newestLines(
  { store, limits, clock }: LokiRouteOptions,
  { form, request, reply }: Asked,
): Promise<readonly StreamResult[]> {
  const { text, expr } = readQuery(form)
  if (expr.kind !== 'log') throw invalidParameter('query', 'give a query of lines, such as {namespace="shop"} | json')
  const { start: startNs, end: endNs } = readBounds(form, nowNs(clock))
  const result = await runLogQL({
    reading: requestReading({ store, limits }, reply),
    tenant: request.tenant,
    text,
    expr,
    startNs,
    endNs,
    stepNs: 0n,
    limit: Math.min(readCount(form, 'line_limit', 1000), linesMax),
    direction: 'backward',
    categorize: true,
  })
  return result.type === 'streams' ? result.streams : []
}

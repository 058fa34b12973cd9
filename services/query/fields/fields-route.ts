// GET /v1/fields and /v1/fields/{field}/values: the fields that a request may filter by, and their values.
import { z } from 'zod'
import { invalidParameter } from '#shared/errors.ts'
import type { RoutePlugin } from '#shared/http/server.ts'
import { fieldNames, fieldValue, topFields, topValues } from './field-statements.ts'
import { readFilter } from '#query/search/line-request.ts'
import { withPods } from '#query/pods/read-line-filter.ts'
import { nowNs, type QueryRouteOptions } from '#query/http/query-context.ts'
import { requestReading } from '#query/http/request-reading.ts'
import { filterParameters, limit } from '#query/http/parameters.ts'

const querystring = z.strictObject({ ...filterParameters, limit: limit(100) })
const pathParameters = z.object({
  field: z.string().describe(`${fieldNames.join(', ')}, labels.<key> or attributes.<key>.`),
})
const valuesAnswer = z.object({ values: z.array(z.object({ value: z.string(), count: z.number() })) })
interface ValueCount {
  value: string
  count: number
}

export const fieldsRoute =
  ({ store, limits, clock }: QueryRouteOptions): RoutePlugin =>
  (app, _, done) => {
    const answer = { querystring, response: { 200: valuesAnswer } }
    app.get(
      '/v1/fields',
      { schema: { summary: 'Names of fields, by how many lines have them', ...answer } },
      async (request, reply) => {
        const { query, tenant } = request
        const requested = readFilter(query, { tenant, nowNs: nowNs(clock) })
        const reading = requestReading({ store, limits }, reply)
        const filter = await withPods(reading, requested, query)
        return reply.send({ values: await reading.rows<ValueCount>(topFields(filter, query.limit ?? 100)) })
      },
    )
    app.get(
      '/v1/fields/:field/values',
      { schema: { summary: 'The most frequent values of a field', params: pathParameters, ...answer } },
      async (request, reply) => {
        const { query, tenant, params } = request
        const value = fieldValue(params.field)
        if (value === undefined) {
          throw invalidParameter(
            'field',
            `${JSON.stringify(params.field)} is no field: ` +
              `give ${fieldNames.join(', ')}, labels.<key> or attributes.<key>`,
          )
        }
        const requested = readFilter(query, { tenant, nowNs: nowNs(clock) })
        const reading = requestReading({ store, limits }, reply)
        const filter = await withPods(reading, requested, query)
        return reply.send({ values: await reading.rows<ValueCount>(topValues(filter, value, query.limit ?? 100)) })
      },
    )
    done()
  }

// GET /v1/fields and /v1/fields/{field}/values: the fields that a request may filter by, and their values. Fields of
// lines are counted in all lines, keys of JSON messages in a sample of the newest, and fields of pods in pods.
import { z } from 'zod'
import { invalidParameter } from '#shared/errors.ts'
import type { RoutePlugin } from '#shared/http/server.ts'
import type { LineFilter } from '#shared/lines/line-filter.ts'
import type { PodSelection } from '#shared/stored-pods/pod-selection.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { withHints, type Hint } from '#query/http/hint.ts'
import { hints } from '#query/http/line-schema.ts'
import { filterParameters, limit, type FilterQuery } from '#query/http/parameters.ts'
import { nowNs, type QueryRouteOptions } from '#query/http/query-context.ts'
import { requestReading } from '#query/http/request-reading.ts'
import { withPods } from '#query/pods/read-line-filter.ts'
import { readLineHints } from '#query/pods/read-hints.ts'
import { readFilter, type RequestedLines } from '#query/search/line-request.ts'
import { sql, strs } from '#shared/clickhouse/sql.ts'
import { oneOf, type HandleCondition } from '#shared/stored-pods/handle-conditions.ts'
import { isOfPods, podsWithin } from '#query/search/pod-parameters.ts'
import {
  fieldNames,
  fieldValue,
  podField,
  topFields,
  topPodFields,
  topPodValues,
  topValues,
} from './field-statements.ts'
import { readSample, sampleMax } from './read-sample.ts'
import { sampledKeys, sampledValues, type ValueCount } from './sample-keys.ts'

const querystring = z.strictObject({ ...filterParameters, limit: limit(100) })
const pathParameters = z.object({
  field: z
    .string()
    .describe(`${fieldNames.join(', ')}, labels.<key>, attributes.<key>, owner, image, label.<key> or a key of JSON.`),
})
const sample = z
  .object({ lines: z.number() })
  .optional()
  .describe(`The newest lines, up to ${sampleMax}, in which keys of JSON messages are counted.`)
const valuesAnswer = z
  .object({
    values: z.array(
      z.object({
        value: z.string(),
        count: z.number(),
        source: z
          .enum(['message', 'pod'])
          .optional()
          .describe('`message`: of JSON messages, counted in the sample; `pod`: counted in pods; else in all lines.'),
      }),
    ),
    sample,
    hints,
  })
  .describe('Names or values, the most frequent first.')
  .meta({ id: 'FieldValues' })

export const fieldsRoute =
  (options: QueryRouteOptions): RoutePlugin =>
  (app, _, done) => {
    const answer = { tags: ['lines'], querystring, response: { 200: valuesAnswer } }
    const summary = 'Names of fields, by how many lines have them'
    app.get(
      '/v1/fields',
      { schema: { operationId: 'listFields', example: { query: { namespace: 'shop' } }, summary, ...answer } },
      async (request, reply) => {
        const { query, tenant } = request
        const requested = readFilter(query, { tenant, nowNs: nowNs(options.clock) })
        const reading = requestReading(options, reply)
        const filter = await withPods(reading, requested, query)
        return reply.send(await readNames(reading, filter, query))
      },
    )
    const schema = {
      operationId: 'listFieldValues',
      example: { path: { field: 'severity' }, query: { namespace: 'shop' } },
      summary: 'The most frequent values of a field',
      params: pathParameters,
      ...answer,
    }
    app.get('/v1/fields/:field/values', { schema }, async (request, reply) => {
      const { query, tenant, params } = request
      checkField(params.field)
      const requested = readFilter(query, { tenant, nowNs: nowNs(options.clock) })
      const reading = requestReading(options, reply)
      const filter = await withPods(reading, requested, query)
      return reply.send(await readValues(reading, filter, { ...query, field: params.field }))
    })
    done()
  }

type FieldsQuery = FilterQuery & { limit?: number | undefined }
type FieldsAnswer = z.input<typeof valuesAnswer>
const standard = 100

async function readNames(reading: Reading, filter: RequestedLines, query: FieldsQuery): Promise<FieldsAnswer> {
  const rows = query.limit ?? standard
  const ofLines = await reading.rows<ValueCount>(topFields(filter, rows))
  if (ofLines.length === 0) return { values: [], ...withHints(await readLineHints(reading, filter, query)) }
  const ofPods = await reading.rows<{ field: string; count: number }>(topPodFields(podsOf(filter, query), rows))
  const { lines, keys } = await readSample(reading, filter)
  const ofMessages = sampledKeys(keys, new Set([...fieldNames, ...ofPods.map(({ field }) => field)]), rows)
  return {
    values: [
      ...ofLines,
      ...ofPods.map(({ field, count }): ValueCount => ({ value: field, count, source: 'pod' })),
      ...ofMessages,
    ],
    ...(ofMessages.length === 0 ? {} : { sample: { lines } }),
  }
}

async function readValues(
  reading: Reading,
  filter: RequestedLines,
  { field, ...query }: FieldsQuery & { field: string },
): Promise<FieldsAnswer> {
  const rows = query.limit ?? standard
  const value = fieldValue(field)
  if (value !== undefined) {
    const values = await reading.rows<ValueCount>(topValues(filter, value, rows))
    return {
      values,
      ...(values.length === 0 ? withHints(await hintsOfNone(reading, filter, { ...query, field })) : {}),
    }
  }
  const ofPods = podField(field)
  if (ofPods !== undefined) {
    const values = await reading.rows<{ shown: string; count: number }>(
      topPodValues(podsOf(filter, query), ofPods, rows),
    )
    const counted = values.map(({ shown, count }): ValueCount => ({ value: shown, count, source: 'pod' }))
    return {
      values: counted,
      ...(counted.length === 0 ? withHints(await hintsOfNone(reading, filter, { ...query, field })) : {}),
    }
  }
  const { lines, keys } = await readSample(reading, filter)
  const values = sampledValues(keys, field, rows)
  if (values.length > 0) return { values, sample: { lines } }
  if (lines === 0) return { values: [], ...withHints(await readLineHints(reading, filter, query)) }
  const known = sampledKeys(keys, new Set(), 10).map((one) => one.value)
  const message =
    `none of the newest ${lines} lines is a JSON object with the key ${JSON.stringify(field.slice(0, 80))}. ` +
    (known.length === 0 ? 'None of them is JSON' : `Their keys are ${known.join(', ')}`) +
    `; fields are ${fieldNames.join(', ')}, labels.<key>, attributes.<key>, owner, image and label.<key>`
  return { values, sample: { lines }, hints: [{ parameter: 'field', message }] }
}

/** Of a field without a value. */
async function hintsOfNone(
  reading: Reading,
  filter: RequestedLines,
  { field, ...query }: FieldsQuery & { field: string },
): Promise<Hint[]> {
  const known = await readLineHints(reading, filter, query)
  const what = podField(field) === undefined ? 'line' : 'pod'
  const message = `no ${what} of those that are asked for has a value of ${JSON.stringify(field.slice(0, 80))}`
  return known.length > 0 ? known : [{ parameter: 'field', message }]
}

/** The pods of the filter's time that the request selects; its search says nothing of pods. */
function podsOf({ tenant, from, to }: LineFilter, query: FieldsQuery): PodSelection {
  const within = { tenant, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }
  const asked = podsWithin(query, within)
  const { pod, node, podUid, cluster } = query
  const named: HandleCondition[] = [
    ...(isOfPods(pod) ? [{ kind: 'name', value: oneOf(pod) } as const] : []),
    ...(isOfPods(node) ? [{ kind: 'node', value: oneOf(node) } as const] : []),
    ...(isOfPods(podUid) ? [{ kind: 'all', value: sql`uid IN ${strs(podUid)}` } as const] : []),
    ...(isOfPods(cluster) ? [{ kind: 'all', value: sql`cluster IN ${strs(cluster)}` } as const] : []),
  ]
  return { ...asked, handles: [...asked.handles, ...named] }
}

/** Any name may be a key of a JSON message, but not every text. */
function checkField(field: string): void {
  if (fieldValue(field) !== undefined || podField(field) !== undefined) return
  if (field.length <= 512 && /^[\p{L}_@$][^\s"\\]*$/u.test(field)) return
  throw invalidParameter(
    'field',
    `${JSON.stringify(field.slice(0, 80))} is no field: give ${fieldNames.join(', ')}, labels.<key>, attributes.<key>, ` +
      'owner, image, label.<key>, or a key of JSON messages such as status or order.id',
  )
}

// /loki/api/v1/labels, /label/{name}/values and /series: which labels there are in a range of time, which values, and
// which sets of them.
import { z } from 'zod'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { invalidParameter } from '#shared/errors.ts'
import { nowNs } from '#query/http/query-context.ts'
import { requestReading } from '#query/http/request-reading.ts'
import { serveForm, success, type LokiApp, type LokiParameter } from './form-routes.ts'
import { keyOfLabels } from './logql/evaluate/series.ts'
import { parseMatchers } from './logql/syntax/parse-logql.ts'
import type { Matcher } from './logql/syntax/logql-expr.ts'
import { readLabelNames, readLabelSets, type LabelSet, type StreamsRequest } from './read-label-sets.ts'
import type { RequestForm } from './request-form.ts'
import { readBounds } from './request-times.ts'
import type { LokiRouteOptions } from './route-options.ts'

const sinceNs = 6n * 3_600_000_000_000n
const times: readonly LokiParameter[] = ['start', 'end', 'since']
const names = success(z.array(z.string()))

export function labelsRoutes(app: LokiApp, { store, limits, clock }: LokiRouteOptions): void {
  const streamsOf = (
    form: RequestForm,
    { tenant }: FastifyRequest,
    reply: FastifyReply,
    matchers: readonly Matcher[],
  ): StreamsRequest => ({
    reading: requestReading({ store, limits }, reply),
    tenant,
    matchers,
    bounds: readBounds(form, nowNs(clock), sinceNs),
  })
  const labels = async (form: RequestForm, request: FastifyRequest, reply: FastifyReply) => {
    const matchers = parseMatchers(form.get('query') ?? '')
    return { status: 'success', data: sorted(await readLabelNames(streamsOf(form, request, reply, matchers))) }
  }
  const summary = 'Names of labels'
  const parameters: readonly LokiParameter[] = [...times, 'query']
  serveForm(
    app,
    { path: '/loki/api/v1/labels', operationId: 'queryLabels', summary, parameters, answer: names },
    labels,
  )
  serveForm(app, { path: '/loki/api/v1/label', operationId: 'queryLabel', summary, parameters, answer: names }, labels)
  serveForm(
    app,
    {
      path: '/loki/api/v1/label/:name/values',
      operationId: 'queryLabelValues',
      summary: 'Values of a label',
      parameters,
      answer: names,
    },
    async (form, request, reply) => {
      const { name = '' } = request.params as { name?: string }
      if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name))
        throw invalidParameter(
          'name',
          `${JSON.stringify(name.slice(0, 64))} is no label: names have letters, digits and _`,
        )
      const matchers = parseMatchers(form.get('query') ?? '')
      const sets = await readLabelSets({ ...streamsOf(form, request, reply, matchers), names: [name] })
      return { status: 'success', data: sorted(sets.map((set) => set[name] ?? '')) }
    },
  )
  serveForm(
    app,
    {
      path: '/loki/api/v1/series',
      operationId: 'querySeries',
      summary: 'Sets of labels',
      parameters: ['match[]', ...times],
      answer: success(z.array(z.record(z.string(), z.string()))),
    },
    async (form, request, reply) => {
      const selectors = selectorsOf(form)
      const streams = streamsOf(form, request, reply, [])
      const sets: LabelSet[] = []
      for (const matchers of selectors) sets.push(...(await readLabelSets({ ...streams, matchers })))
      const unique = new Map(sets.map((set) => [keyOfLabels(set), set]))
      const inOrder = [...unique].toSorted(([a], [b]) => (a < b ? -1 : 1))
      return { status: 'success', data: inOrder.map(([, set]) => set) }
    },
  )
}

const selectorsMax = 20

/** logcli says `match`. */
function selectorsOf(form: RequestForm): Matcher[][] {
  const texts = ['match[]', 'match'].flatMap(form.all)
  if (texts.length === 0)
    throw invalidParameter('match[]', 'match[] is missing: give a stream selector, such as {namespace="shop"}')
  if (texts.length > selectorsMax)
    throw invalidParameter('match[]', `match[] is there ${texts.length} times: give at most ${selectorsMax} selectors`)
  return texts.map(parseMatchers)
}

const sorted = (values: readonly string[]): string[] => [...new Set(values)].filter((value) => value !== '').toSorted()

// GET /v1/logs/context: the lines around one line, of the same pod and container, whichever life they are of.
import { int, sql, str } from '#shared/clickhouse/sql.ts'
import { AfterlogError } from '#shared/errors.ts'
import type { RoutePlugin } from '#shared/http/server.ts'
import { z } from 'zod'
import type { LineFilter } from '#shared/lines/line-filter.ts'
import { readPage } from '#shared/store-reading/line-pages.ts'
import { resolvePod } from '#projector/resolve-pod.ts'
import { attribute } from '#shared/stored-pods/pod-identity.ts'
import { readReferencedPod } from '#query/pods/read-pod-reference.ts'
import { keyOf } from '#shared/lines/row-decoder.ts'
import { lineJson } from '#shared/lines/line-json.ts'
import { readTime } from '#query/search/line-request.ts'
import { nowNs, type QueryRouteOptions } from '#query/http/query-context.ts'
import { requestReading } from '#query/http/request-reading.ts'
import { contextAnswer } from './logs-schema.ts'
import { count, textParameter } from '#query/http/parameters.ts'

const around = count(1000).optional()
const querystring = z.strictObject({
  podUid: textParameter(
    'Pod: its uid, the first 6 or more characters of it, NAME.UIDPREFIX, or a name that one pod alone has had.',
  ).min(1, 'names a pod'),
  container: textParameter('Container; the one of the line where none is given.').optional(),
  time: textParameter('Time of the line, as an answer has it.', 64),
  offset: textParameter('Offset of the line, where several share its time.', 16)
    .regex(/^\d{1,16}$/, 'must be a whole number')
    .optional(),
  before: around.describe('Lines before it; 10 where none is given.'),
  after: around.describe('Lines after it; 10 where none is given.'),
})
const standard = 10

const lineNotFound = ({ podUid, time }: z.output<typeof querystring>): string =>
  `pod ${JSON.stringify(podUid)} has no line at ${time}: give the time of a line of its, with all nine digits`

export const contextRoute =
  ({ store, limits, clock }: QueryRouteOptions): RoutePlugin =>
  (app, _, done) => {
    const schema = {
      operationId: 'getContext',
      example: { query: { podUid: '5b0c1d2e', time: '2026-11-23T10:02:04.000000001Z', before: '5', after: '5' } },
      tags: ['lines'],
      failures: ['not-found', 'ambiguous'] as const,
      summary: 'The lines around a line',
      querystring,
      response: { 200: contextAnswer },
    }
    app.get('/v1/logs/context', { schema }, async (request, reply) => {
      const { query, tenant } = request
      const time = readTime('time', query.time, nowNs(clock))!
      const reading = requestReading({ store, limits }, reply)
      const reference = { tenant, reference: query.podUid, parameter: 'podUid' }
      const { pod } = await readReferencedPod(reading, reference, (uid) => resolvePod(reading, tenant, uid))
      const offset = query.offset === undefined ? sql`` : sql` AND offset = ${int(BigInt(query.offset))}`
      const ofContainer = query.container === undefined ? sql`` : sql` AND container = ${str(query.container)}`
      const at: LineFilter = {
        tenant,
        fields: {},
        from: time,
        to: time + 1n,
        scope: sql`${pod.scope}${ofContainer}${offset}`,
      }
      const { lines } = await readPage({ reading, filter: at, order: 'asc', limit: 1 })
      const line = lines[0]
      if (line === undefined) throw new AfterlogError('not-found', lineNotFound(query), { parameter: 'time' })
      const filter: LineFilter = { tenant, fields: {}, scope: sql`${pod.scope} AND container = ${str(line.container)}` }
      const options = { reading, filter, after: keyOf(line) }
      const before = await readPage({ ...options, order: 'desc', limit: query.before ?? standard })
      const after = await readPage({ ...options, order: 'asc', limit: query.after ?? standard })
      return reply.send({
        before: before.lines.toReversed().map((one) => lineJson(attribute(one, pod))),
        line: lineJson(attribute(line, pod)),
        after: after.lines.map((one) => lineJson(attribute(one, pod))),
      })
    })
    done()
  }

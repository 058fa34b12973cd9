// GET /v1/logs: a page of lines as JSON, or all lines as NDJSON or plain text. docs/api.md has the parameters and
// fields.
import { withHints } from '#query/http/hint.ts'
import { z } from 'zod'
import type { RoutePlugin } from '#shared/http/server.ts'
import { decodeCursor, digest, encodeCursor } from '#query/http/cursor.ts'
import { readPage, streamLines } from '#shared/store-reading/line-pages.ts'
import { attributeLines } from './read-attribution.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { keyOf, type Line } from '#shared/lines/row-decoder.ts'
import { namesOnePod, lineForms, negotiate, onePart, streamReply, textOptions } from '#query/http/line-reply.ts'
import { filterDigest, readFilter } from '#query/search/line-request.ts'
import { readLineHints } from '#query/pods/read-hints.ts'
import { withPods } from '#query/pods/read-line-filter.ts'
import { nowNs, type QueryRouteOptions } from '#query/http/query-context.ts'
import { requestReading } from '#query/http/request-reading.ts'
import { searchAnswer } from './logs-schema.ts'
import { pageJson } from './page-json.ts'
import { partialJson, restOf } from './partial-json.ts'
import { cursor, filterParameters, json, limit, order, textParameters, traces } from '#query/http/parameters.ts'

const querystring = z.strictObject({
  ...filterParameters,
  ...textParameters,
  traces,
  json,
  limit: limit(100),
  order,
  cursor,
})

export const logsRoute =
  ({ store, limits, clock }: QueryRouteOptions): RoutePlugin =>
  (app, _, done) => {
    const schema = {
      operationId: 'listLines',
      example: { query: { namespace: 'shop', q: 'payment OR java*', limit: '10' } },
      tags: ['lines'],
      summary: 'Lines, by any filter, in time order',
      description:
        'JSON is paged; `Accept: application/x-ndjson` and `text/plain` stream everything unless `limit` is given.',
      querystring,
      forms: lineForms,
      response: { 200: searchAnswer },
    }
    app.get('/v1/logs', { schema }, async (request, reply) => {
      const { query, tenant } = request
      const type = negotiate(request)
      const direction = query.order ?? 'desc'
      const filters = digest(filterDigest(query, tenant, ['logs', direction]))
      const requested = readFilter(query, { tenant, nowNs: nowNs(clock) })
      const at = query.cursor === undefined ? undefined : decodeCursor(query.cursor, filters)
      const text = textOptions(query, namesOnePod(query))
      const reading = requestReading({ store, limits }, reply)
      const bounded = at === undefined ? requested : { ...requested, ...bounds(at) }
      const filter = await withPods(reading, bounded, query)
      const options = { reading, filter, order: direction, ...(at === undefined ? {} : { after: at.after }) }
      const readHints = async () => (at === undefined ? readLineHints(reading, bounded, query) : [])
      if (type !== 'application/json' && query.limit === undefined) {
        return streamReply(reply, type, attributed(reading, tenant, streamLines(options)), { text, readHints })
      }
      const mayBePartial = type === 'application/json'
      const page = readPage({ ...options, limit: query.limit ?? 100, mayBePartial }).then(async (read) => ({
        ...read,
        lines: await attributeLines(reading, tenant, read.lines),
      }))
      if (type !== 'application/json')
        return streamReply(reply, type, onePart(page.then(({ lines }) => lines)), { text, readHints })
      const { lines, more, partial } = await page
      const rest = { ...bounds(bounded), ...(partial === undefined ? {} : restOf(partial, direction)) }
      const next = more ? encodeCursor({ after: keyOf(lines.at(-1)!), ...rest }, filters) : null
      const hints = lines.length === 0 ? await readHints() : []
      return reply.send({
        lines: await pageJson(lines, { order: direction, traces: query.traces, json: query.json }),
        next,
        ...(partial === undefined ? {} : partialJson(partial, direction)),
        stats: { ...reading.stats(), ...(partial === undefined ? {} : { partial: partial.limit }) },
        ...withHints(hints),
      })
    })
    done()
  }

async function* attributed(reading: Reading, tenant: string, parts: AsyncIterable<Line[]>): AsyncGenerator<Line[]> {
  for await (const lines of parts) {
    const attributedLines = await attributeLines(reading, tenant, lines)
    lines.length = 0
    yield attributedLines
  }
}

function bounds({ from, to }: { from?: bigint; to?: bigint }): { from?: bigint; to?: bigint } {
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }
}

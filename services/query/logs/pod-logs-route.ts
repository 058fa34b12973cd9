// GET /v1/pods/{uid}/logs: the lines of one pod, living or dead, with the fragments of long lines joined.
import { withHints } from '#query/http/hint.ts'
import { sql } from '#shared/clickhouse/sql.ts'
import type { RoutePlugin } from '#shared/http/server.ts'
import { z } from 'zod'
import { decodeCursor, digest, encodeCursor } from '#query/http/cursor.ts'
import type { LineFilter } from '#shared/lines/line-filter.ts'
import { livesScope } from '#shared/lines/pod-scope.ts'
import { readPodPage, streamPodLines, type PodLinesOptions } from '#shared/store-reading/pod-lines.ts'
import { readPodGaps } from './read-gaps.ts'
import { resolvePod } from '#projector/resolve-pod.ts'
import { livesNumbered, type PodIdentity } from '#shared/stored-pods/pod-identity.ts'
import { readReferencedPod } from '#query/pods/read-pod-reference.ts'
import type { Page } from '#shared/store-reading/line-pages.ts'
import { keyOf, type Line } from '#shared/lines/row-decoder.ts'
import { createGapDrawer, drawGaps, type GapDrawing } from './draw-gaps.ts'
import { podLogHints } from './pod-log-hints.ts'
import { pageJson } from './page-json.ts'
import { lineForms, negotiate, onePart, streamReply, textOptions } from '#query/http/line-reply.ts'
import { filterDigest, readFilter } from '#query/search/line-request.ts'
import { withPods } from '#query/pods/read-line-filter.ts'
import { nowNs, type QueryRouteOptions } from '#query/http/query-context.ts'
import { requestReading } from '#query/http/request-reading.ts'
import { linesAnswer } from './logs-schema.ts'
import {
  boolean,
  count,
  cursor,
  filterParameters,
  limit as limitParameter,
  linesMax,
  order,
  signed,
  textParameters,
  timeParameters,
  traces,
  json,
} from '#query/http/parameters.ts'
import { podPath } from '#query/pods/pods-schema.ts'

const { container, q, severity, spanId, stream, traceId } = filterParameters
const querystring = z.strictObject({
  container,
  life: signed.optional().describe('A restart number; negative counts back from the newest: -1 is the previous life.'),
  tail: count(linesMax).optional().describe('The last so many lines.'),
  gaps: boolean.optional().describe('Draw gaps among the lines: what is known to be missing.'),
  ...textParameters,
  traces,
  json,
  q,
  traceId,
  spanId,
  severity,
  stream,
  ...timeParameters,
  limit: limitParameter(100),
  order,
  cursor,
})

export const podLogsRoute =
  ({ store, limits, clock }: QueryRouteOptions): RoutePlugin =>
  (app, _, done) => {
    const schema = {
      operationId: 'listPodLines',
      example: { path: { uid: '5b0c1d2e' }, query: { tail: '10', gaps: 'true' } },
      tags: ['pods'],
      summary: 'The lines of one pod, however it ended',
      params: podPath,
      querystring,
      forms: lineForms,
      failures: ['not-found', 'ambiguous'] as const,
      response: { 200: linesAnswer },
    }
    app.get('/v1/pods/:uid/logs', { schema }, async (request, reply) => {
      const { query, tenant, params } = request
      const type = negotiate(request)
      const direction = query.order ?? 'asc'
      const filters = digest(
        filterDigest(query, tenant, ['pod', params.uid, direction, query.life ?? null, query.tail ?? null]),
      )
      const requested = readFilter(query, { tenant, nowNs: nowNs(clock) })
      const at = query.cursor === undefined ? undefined : decodeCursor(query.cursor, filters)
      const reading = requestReading({ store, limits }, reply)
      const reference = { tenant, reference: params.uid, parameter: 'uid' }
      const { uid, pod } = await readReferencedPod(reading, reference, (one) => resolvePod(reading, tenant, one))
      const bounds = at ?? requested
      const resolved = {
        ...(bounds.from === undefined ? {} : { from: bounds.from }),
        ...(bounds.to === undefined ? {} : { to: bounds.to }),
      }
      const asked = await withPods(reading, { ...requested, ...resolved }, query)
      const filter = withinPod(asked, pod, query.life)
      const options = { reading, filter, pod, order: direction, ...(at === undefined ? {} : { after: at.after }) }
      const lives = query.life === undefined ? undefined : livesNumbered(pod, query.life)
      const within = { ...resolved, containers: query.container, lives }
      const gaps = query.gaps === true ? await readPodGaps(reading, tenant, { uid, pod, filter: within }) : []
      const text = textOptions(query, true)
      const readHints = async () => (at === undefined ? podLogHints(pod, query, requested) : [])
      const drawing = { gaps, order: direction, after: at?.after }
      if (type !== 'application/json' && query.limit === undefined && query.tail === undefined) {
        return streamReply(reply, type, drawGaps(streamPodLines(options), drawing), { text, readHints })
      }
      const page = readTail(options, { limit: query.limit ?? query.tail ?? 100, tail: query.tail, left: at?.left })
      if (type !== 'application/json')
        return streamReply(reply, type, onePart(page.then((read) => drawPage(read, drawing))), { text, readHints })
      const read = await page
      const { lines, more, left } = read
      const next = more
        ? encodeCursor({ after: keyOf(lines.at(-1)!), ...resolved, ...(left === undefined ? {} : { left }) }, filters)
        : null
      const hints = lines.length === 0 ? await readHints() : []
      return reply.send({
        lines: await pageJson(drawPage(read, drawing), { order: direction, traces: query.traces, json: query.json }),
        next,
        stats: reading.stats(),
        ...withHints(hints),
      })
    })
    done()
  }

/** Narrows the filter to the pod, to the times of its lines and, where the request names some, to lives of it. */
function withinPod(filter: LineFilter, pod: PodIdentity, life: number | undefined): LineFilter {
  const scope = life === undefined ? pod.scope : sql`${pod.scope} AND ${livesScope(livesNumbered(pod, life))}`
  if (pod.extent === undefined) return { ...filter, scope }
  const { first, last } = pod.extent
  return { ...filter, scope, from: max(filter.from ?? first, first), to: min(filter.to ?? last + 1n, last + 1n) }
}

/**
 * A page with its gaps. Of a tail it draws only the gaps between the lines, since lines before them are left out too.
 */
function drawPage({ lines, more, isCut }: TailPage, drawing: GapDrawing): Line[] {
  const first = isCut === true && drawing.order === 'asc' ? lines[0] : undefined
  const drawer = createGapDrawer({ ...drawing, after: drawing.after ?? (first && keyOf(first)) })
  const linesAndGaps = drawer.among(lines)
  return more || (isCut === true && first === undefined) ? linesAndGaps : [...linesAndGaps, ...drawer.rest()]
}

interface TailOptions {
  limit: number
  tail: number | undefined
  /** Of a tail that is read backwards in pages: how many lines are still to come. */
  left: number | undefined
}

interface TailPage extends Page {
  left?: number
  /** Whether the pod has lines before the last `tail`. */
  isCut?: boolean
}

/**
 * A page of the last `tail` lines. In ascending order, the pages after the first go on from their cursor to the end.
 */
async function readTail(options: PodLinesOptions, { limit, tail, left }: TailOptions): Promise<TailPage> {
  if (tail === undefined || (options.order === 'asc' && options.after !== undefined))
    return readPodPage({ ...options, limit })
  if (options.order === 'asc') {
    const { lines, more: isCut } = await readPodPage({ ...options, order: 'desc', limit: tail })
    lines.reverse()
    return { lines: lines.slice(0, limit), more: lines.length > limit, isCut: isCut || tail === 0 }
  }
  const rest = left ?? tail
  const page = await readPodPage({ ...options, limit: Math.min(limit, rest) })
  const after = rest - page.lines.length
  return {
    lines: page.lines,
    more: page.more && after > 0,
    left: after,
    isCut: (page.more && after === 0) || tail === 0,
  }
}

const max = (a: bigint, b: bigint): bigint => (a > b ? a : b)
const min = (a: bigint, b: bigint): bigint => (a < b ? a : b)

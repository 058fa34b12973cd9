// GET /v1/logs/tail: lines as they arrive, as server-sent events. With `from`, the tail first sends the stored lines
// since then in the order of time. The id of each event is a cursor; a client that sends it as Last-Event-ID goes on
// behind it.
import { z } from 'zod'
import type { RoutePlugin } from '#shared/http/server.ts'
import { decodeCursor, digest, encodeCursor, type Cursor } from '#query/http/cursor.ts'
import type { ArrivalFeed } from './follow-arrivals.ts'
import { follow } from './follow-lines.ts'
import type { SentMemory } from './sent-memory.ts'
import { openTailPlace, rememberStored } from './tail-place.ts'
import { streamLines } from '#shared/store-reading/line-pages.ts'
import { keyOf, type Line } from '#shared/lines/row-decoder.ts'
import { clientGone } from '#shared/http/answer-over.ts'
import { streamBody } from '#query/http/stream-body.ts'
import { ownerTail } from './owner-tail.ts'
import { canonicalOwner } from '#shared/stored-pods/owner-name.ts'
import { withPods } from '#query/pods/read-line-filter.ts'
import { filterDigest, readFilter } from '#query/search/line-request.ts'
import type { TailRun } from './tail-run.ts'
import { createTailWriter, tailForms, tailTypes } from './tail-writer.ts'
import { negotiatedType } from '#shared/http/accept.ts'
import { namesOnePod, textOptions } from '#query/http/line-reply.ts'
import { nowNs, type QueryRouteOptions } from '#query/http/query-context.ts'
import { requestReading } from '#query/http/request-reading.ts'
import { cursor, filterParameters, textParameters } from '#query/http/parameters.ts'

export interface TailOptions extends QueryRouteOptions {
  sentMemory: SentMemory
  feed: ArrivalFeed
  /** Aborts when the service stops: every tail then ends with `event: end`. */
  stopping: AbortSignal
  pollIntervalMs?: number
  heartbeatMs?: number
}

const querystring = z.strictObject({
  ...filterParameters,
  ...textParameters,
  cursor: cursor.describe('Like Last-Event-ID, for clients that cannot set it.'),
})

export const tailRoute =
  ({
    store,
    limits,
    clock,
    polling,
    sentMemory,
    feed,
    stopping,
    pollIntervalMs = 500,
    heartbeatMs = 15_000,
  }: TailOptions): RoutePlugin =>
  (app, _, done) => {
    const timer = setInterval(sentMemory.forgetOld, 60_000).unref()
    app.addHook('onClose', async () => clearInterval(timer))
    const schema = {
      operationId: 'tailLines',
      example: { query: { owner: 'deploy/cart' } },
      tags: ['lines'],
      summary: 'Lines as they arrive: server-sent events, NDJSON or text',
      querystring,
      forms: tailForms,
    }
    app.get('/v1/logs/tail', { schema }, async (request, reply) => {
      const { query, tenant } = request
      const type = negotiatedType(request, tailTypes)
      const writer = createTailWriter(type, textOptions(query, namesOnePod(query)))
      const owner = ownerFollowed(query)
      const others = owner === undefined ? query : { ...query, owner: undefined }
      const filters = digest(filterDigest(others, tenant, owner === undefined ? 'tail' : ['tail', owner]))
      const requested = readFilter(query, { tenant, nowNs: nowNs(clock) })
      const header = request.headers['last-event-id']
      const at =
        typeof header === 'string' && header !== ''
          ? decodeCursor(header, filters, 'Last-Event-ID')
          : query.cursor === undefined
            ? undefined
            : decodeCursor(query.cursor, filters)
      const filter = at?.from === undefined ? requested : { ...requested, from: at.from }
      polling.join('tails', reply)
      const signal = AbortSignal.any([clientGone(reply), stopping])
      const reading = requestReading({ store, limits }, reply, signal)
      const run: TailRun = {
        reading,
        filter,
        within: (lines) => withPods(reading, lines, others, { follows: true }),
        writer,
        at,
        filters,
        now: clock(),
        memory: sentMemory,
        feed,
        pollIntervalMs,
        polling,
        signal,
      }
      const events = owner === undefined ? tail(run) : ownerTail({ ...run, owner })
      // The first poll comes before the answer begins, so that a search text that the engine refuses is still a 400.
      const first = await events.next()
      const body = streamBody(
        reply,
        withHeartbeat(startingWith(first, events), {
          feed,
          heartbeatMs,
          stopping,
          signal,
          writer,
          flush: () => reply.raw.flushHeaders(),
        }),
      )
      return reply
        .type(`${type}; charset=utf-8`)
        .header('cache-control', 'no-cache')
        .header('x-accel-buffering', 'no')
        .send(body)
    })
    done()
  }

/**
 * The owner whose pods are followed through their deaths and births. Several owners, a name alone, and nodes, whose
 * static pods have lines of another uid, are filters like any other.
 */
function ownerFollowed({ owner: owners }: z.output<typeof querystring>): string | undefined {
  const [owner, ...others] = owners ?? []
  if (owner === undefined || others.length > 0) return undefined
  const canonical = canonicalOwner(owner) ?? (/^[A-Z][A-Za-z]*\//.test(owner) ? owner : undefined)
  return canonical?.startsWith('Node/') === true ? undefined : canonical
}

/** Events as text; '' after a poll that brought nothing. */
async function* tail(run: TailRun): AsyncGenerator<string> {
  const { reading, filter, within, writer, at, filters, now, feed, pollIntervalMs, polling, signal } = run
  const isFromStored = at?.received === undefined && filter.from !== undefined
  using tailPlace = openTailPlace({ ...run, isFromStored })
  const { begun, after, sentLines } = tailPlace
  const from = filter.from === undefined ? {} : { from: filter.from }
  const event = (line: Line, place: () => Partial<Cursor> & Pick<Cursor, 'after'>): string =>
    writer.line(line, () => encodeCursor({ ...from, ...place() }, filters))
  if (isFromStored) {
    const remember = rememberStored(tailPlace)
    for await (const lines of streamLines({
      reading,
      filter: await within(filter),
      order: 'asc',
      ...(at === undefined ? {} : { after: at.after }),
    })) {
      let text = ''
      for (const line of lines) {
        const key = keyOf(line)
        remember({ received: line.received, key })
        text += event(line, () => ({ after: key, followFrom: begun, sent: tailPlace.place().sent }))
      }
      lines.length = 0
      yield text
    }
  }
  const missedMs = at?.received === undefined ? 0 : Math.max(0, now - after.received)
  for await (const { arrivals, dropped } of follow({
    reading,
    feed,
    group: filters,
    filter: () => within(filter),
    after,
    sentLines,
    pollIntervalMs,
    polling,
    missedMs,
    signal,
  })) {
    let text = dropped === undefined ? '' : writer.dropped(dropped)
    for (const { line, received } of arrivals) {
      sentLines.send({ received, key: keyOf(line) })
      text += event(line, tailPlace.place)
    }
    yield text
  }
}

async function* startingWith(
  first: IteratorResult<string, void>,
  rest: AsyncGenerator<string>,
): AsyncGenerator<string> {
  if (first.done === true) return
  yield first.value
  yield* rest
}

interface Heartbeat extends Pick<TailRun, 'signal' | 'writer'>, Pick<TailOptions, 'feed' | 'stopping'> {
  heartbeatMs: number
  /** Sends the head of the answer, where no text does. */
  flush: () => void
}

/** The events, a comment where nothing else was sent for a while, and `event: end` when the service stops. */
async function* withHeartbeat(
  events: AsyncGenerator<string>,
  { feed, heartbeatMs, stopping, signal, writer, flush }: Heartbeat,
): AsyncGenerator<Buffer> {
  let sent = performance.now()
  if (writer.heartbeat(feed.lagMs) === '') flush()
  else yield Buffer.from(writer.notice('afterlog tail'))
  try {
    for await (const text of events) {
      const silent = performance.now() - sent
      const heartbeat = writer.heartbeat(feed.lagMs)
      if (text === '' && (silent < heartbeatMs || heartbeat === '')) continue
      yield Buffer.from(text === '' ? heartbeat : text)
      sent = performance.now()
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
  if (stopping.aborted && writer.end !== '') yield Buffer.from(writer.end)
}

// GET /v1/logs/tail: lines as they arrive, as server-sent events. With `from`, the tail first sends the stored lines
// since then in the order of time. The id of each event is a cursor; a client that sends it as Last-Event-ID goes on
// behind it.
import { z } from 'zod'
import type { RoutePlugin } from '#shared/http/server.ts'
import { decodeCursor, digest, encodeCursor, type Cursor } from '#query/http/cursor.ts'
import type { ArrivalFeed } from './follow-arrivals.ts'
import { follow } from './follow-lines.ts'
import type { SentMemory } from './sent-memory.ts'
import { openTailPlace } from './tail-place.ts'
import { streamLines } from '#shared/store-reading/line-pages.ts'
import { keyOf, type Line } from '#shared/lines/row-decoder.ts'
import { lineJson } from '#shared/lines/line-json.ts'
import { droppedEvent, sseComment, sseEvent } from './sse.ts'
import { clientGone } from '#shared/http/answer-over.ts'
import { streamBody } from '#query/http/stream-body.ts'
import { ownerTail } from './owner-tail.ts'
import { filterDigest, readFilter } from '#query/search/line-request.ts'
import type { TailRun } from './tail-run.ts'
import { nowNs, type QueryRouteOptions } from '#query/http/query-context.ts'
import { requestReading } from '#query/http/request-reading.ts'
import { cursor, filterParameters } from '#query/http/parameters.ts'

export interface TailOptions extends QueryRouteOptions {
  sentMemory: SentMemory
  feed: ArrivalFeed
  /** Aborts when the service stops: every tail then ends with `event: end`. */
  stopping: AbortSignal
  pollIntervalMs?: number
  heartbeatMs?: number
}

const ownerParameter = z
  .string('give it once')
  .max(512)
  .regex(/^[A-Z][A-Za-z]*\/[^/\s]+$/, 'must be Kind/name, such as Deployment/cart, StatefulSet/db or CronJob/nightly')
  .refine(
    (owner) => !owner.startsWith('Node/'),
    'must not be a Node: the lines of static pods carry another uid; follow them with the parameter node or pod',
  )
  .optional()
  .describe('`Kind/name`: all pods of this owner, present and future, with an event `life` where one died or was born.')

const querystring = z.strictObject({
  ...filterParameters,
  owner: ownerParameter,
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
      summary: 'Lines as they arrive (server-sent events)',
      querystring,
      produces: ['text/event-stream'],
    }
    app.get('/v1/logs/tail', { schema }, async (request, reply) => {
      const { query, tenant } = request
      const filters = digest(filterDigest(query, tenant, query.owner === undefined ? 'tail' : ['tail', query.owner]))
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
        at,
        filters,
        now: clock(),
        memory: sentMemory,
        feed,
        pollIntervalMs,
        polling,
        signal,
      }
      const events = query.owner === undefined ? tail(run) : ownerTail({ ...run, owner: query.owner })
      // The first poll comes before the answer begins, so that a search text that the engine refuses is still a 400.
      const first = await events.next()
      const body = streamBody(
        reply,
        withHeartbeat(startingWith(first, events), { feed, heartbeatMs, stopping, signal }),
      )
      return reply
        .type('text/event-stream; charset=utf-8')
        .header('cache-control', 'no-cache')
        .header('x-accel-buffering', 'no')
        .send(body)
    })
    done()
  }

/** Events as text; '' after a poll that brought nothing. */
async function* tail(run: TailRun): AsyncGenerator<string> {
  const { reading, filter, at, filters, now, feed, pollIntervalMs, polling, signal } = run
  using tailPlace = openTailPlace(run)
  const { begun, after, sentLines } = tailPlace
  const from = filter.from === undefined ? {} : { from: filter.from }
  const event = (line: Line, place: Partial<Cursor> & Pick<Cursor, 'after'>): string =>
    sseEvent({
      event: 'line',
      id: encodeCursor({ ...from, ...place }, filters),
      data: JSON.stringify(lineJson(line)),
    })
  if (at?.received === undefined && filter.from !== undefined) {
    for await (const lines of streamLines({
      reading,
      filter,
      order: 'asc',
      ...(at === undefined ? {} : { after: at.after }),
    })) {
      let text = ''
      for (const line of lines) {
        const key = keyOf(line)
        if (line.received >= begun) sentLines.sendStored({ received: line.received, key })
        text += event(line, { after: key, followFrom: begun, sent: tailPlace.place().sent })
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
    filter: () => Promise.resolve(filter),
    after,
    sentLines,
    pollIntervalMs,
    polling,
    missedMs,
    signal,
  })) {
    let text = dropped === undefined ? '' : droppedEvent(dropped)
    for (const { line, received } of arrivals) {
      sentLines.send({ received, key: keyOf(line) })
      text += event(line, tailPlace.place())
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

/** The events, a comment where nothing else was sent for a while, and `event: end` when the service stops. */
async function* withHeartbeat(
  events: AsyncGenerator<string>,
  {
    feed,
    heartbeatMs,
    stopping,
    signal,
  }: Pick<TailOptions, 'feed' | 'stopping'> & { heartbeatMs: number; signal: AbortSignal },
): AsyncGenerator<Buffer> {
  let sent = performance.now()
  yield Buffer.from(sseComment('afterlog tail'))
  try {
    for await (const text of events) {
      const silent = performance.now() - sent
      if (text === '' && silent < heartbeatMs) continue
      yield Buffer.from(text === '' ? sseComment(`still here, lag ${(feed.lagMs / 1000).toFixed(3)} s`) : text)
      sent = performance.now()
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
  if (stopping.aborted) yield Buffer.from(sseEvent({ event: 'end', data: '{}' }))
}

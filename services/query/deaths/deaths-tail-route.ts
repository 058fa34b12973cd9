// GET /v1/deaths/tail: deaths as they become known, as server-sent events. With `from`, the tail first sends the stored
// deaths since then. The id of each event is a cursor; a client that sends it as Last-Event-ID goes on behind it.
import { digest } from '#query/http/cursor.ts'
import { nowNs, type QueryRouteOptions } from '#query/http/query-context.ts'
import { shareStatement } from '#query/http/read-shared.ts'
import { requestReading } from '#query/http/request-reading.ts'
import { streamBody } from '#query/http/stream-body.ts'
import { readTimes } from '#query/search/line-request.ts'
import { sseComment, sseEvent } from '#query/tail/sse.ts'
import { clientGone, onAnswerOver } from '#shared/http/answer-over.ts'
import type { RoutePlugin } from '#shared/http/server.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { formatTime } from '#shared/time/format-time.ts'
import { deathFilter } from './death-filter.ts'
import { deathJson } from './death-json.ts'
import type { DeathFilter } from './death-statements.ts'
import { deathsTailQuery, type DeathsTailQuery } from './deaths-schema.ts'
import type { DeathFeed, DeathPart, DeathReader } from './follow-deaths.ts'
import { createSentDeaths, decodeSentPlace, encodeSentPlace, visibleWithinMicros } from './sent-deaths.ts'
import type { SentDeaths, SentPlace } from './sent-deaths.ts'
import { notedDeathsOf, type NotedDeathRow, type NotedPlace } from './tail-statements.ts'

export interface DeathsTailOptions extends QueryRouteOptions {
  deathFeed: DeathFeed
  /** Aborts when the service stops: every tail then ends with `event: end`. */
  stopping: AbortSignal
  heartbeatMs?: number
}

interface TailRun {
  reading: Reading
  reader: DeathReader
  filter: DeathFilter
  filters: string
  at: SentPlace | undefined
  polling: QueryRouteOptions['polling']
  signal: AbortSignal
  stopping: AbortSignal
  heartbeatMs: number
}

const mediaType = 'text/event-stream'
/** Deaths that are read and sent at once. */
const pageMax = 1000

export const deathsTailRoute =
  ({ store, limits, clock, polling, deathFeed, stopping, heartbeatMs = 15_000 }: DeathsTailOptions): RoutePlugin =>
  (app, _, done) => {
    const schema = {
      operationId: 'tailDeaths',
      tags: ['deaths'],
      example: { query: { namespace: 'shop' } },
      summary: 'Deaths as they become known: server-sent events',
      querystring: deathsTailQuery,
      forms: {
        [mediaType]: 'Server-sent events. `death`: its data is a Death, its id a cursor. `end`: the service stops.',
      },
    }
    app.get('/v1/deaths/tail', { schema }, async (request, reply) => {
      const { query, tenant } = request
      const filters = digest(filterDigest(query, tenant))
      const header = request.headers['last-event-id']
      const at =
        typeof header === 'string' && header !== ''
          ? decodeSentPlace(header, filters, 'Last-Event-ID')
          : query.cursor === undefined
            ? undefined
            : decodeSentPlace(query.cursor, filters, 'cursor')
      const from = at === undefined ? readTimes({ from: query.from, to: undefined }, nowNs(clock)).from : at.from
      polling.join('tails', reply)
      const signal = AbortSignal.any([clientGone(reply), stopping])
      const reader = deathFeed.open(tenant)
      onAnswerOver(reply, () => reader[Symbol.dispose]())
      // Before the answer begins, so that a store that is away is still a 503.
      await reader.ready()
      const body = tail({
        reading: requestReading({ store, limits }, reply, signal),
        reader,
        filter: deathFilter(query, tenant, { from }),
        filters,
        at,
        polling,
        signal,
        stopping,
        heartbeatMs,
      })
      return reply
        .type(`${mediaType}; charset=utf-8`)
        .header('cache-control', 'no-cache')
        .header('x-accel-buffering', 'no')
        .send(streamBody(reply, body))
    })
    done()
  }

async function* tail(run: TailRun): AsyncGenerator<Buffer> {
  const { stopping, signal } = run
  try {
    for await (const text of events(run)) yield Buffer.from(text)
  } catch (error) {
    if (!signal.aborted) throw error
  }
  if (stopping.aborted) yield Buffer.from(sseEvent({ event: 'end', data: '{}' }))
}

async function* events(run: TailRun): AsyncGenerator<string> {
  const { reader, filter, filters, at, signal, heartbeatMs } = run
  const { visible, beganMicros } = await reader.ready()
  const isFromStored = at !== undefined || filter.from !== undefined
  const begin = isFromStored ? '0' : String(beganMicros - visibleWithinMicros)
  const sent = createSentDeaths(at ?? { floor: { noted: begin, id: 0 }, hashes: [], from: filter.from })
  if (!isFromStored) for (const place of visible) sent.add(place)
  const id = (): string => encodeSentPlace(sent.place(), filters)
  // An id without data: a client that comes back before the first death misses none.
  yield `id: ${id()}\n\n`
  if (isFromStored) yield* stored(run, sent, at?.floor ?? { noted: '0', id: -1 })
  sent.settle()
  yield sseComment('all that was known is sent: new deaths follow')
  while (!signal.aborted) {
    const part = await reader.next(heartbeatMs, signal)
    if (part === undefined) {
      yield sseComment('still here')
      continue
    }
    if (part.dropped !== undefined) yield droppedEvent(part.dropped)
    const places = part.places.filter((place) => !sent.has(place))
    if (places.length > 0) yield eventsOf(await readNew(run, places), sent, filters)
  }
}

/** Deaths that were stored behind the place, in the order in which they became known. */
async function* stored(
  { reading, filter, filters }: TailRun,
  sent: SentDeaths,
  from: NotedPlace,
): AsyncGenerator<string> {
  for (let after = from; ;) {
    const rows = await reading.rows<NotedDeathRow>(notedDeathsOf(filter, { after, limit: pageMax }))
    const last = rows.at(-1)
    if (last === undefined) return
    yield eventsOf(rows, sent, filters)
    if (rows.length < pageMax) return
    after = { noted: last.noted, id: last.id }
  }
}

/** Those of the filter; tails of one filter share the statement. */
function readNew(
  { reading, filter, polling, signal }: TailRun,
  places: readonly NotedPlace[],
): Promise<NotedDeathRow[]> {
  const [first] = places
  const after = { noted: String(BigInt(first!.noted) - 1n), id: 0 }
  const statement = notedDeathsOf(filter, { after, ids: places.map(({ id }) => id), limit: pageMax })
  const read = (): Promise<NotedDeathRow[]> => reading.rows<NotedDeathRow>(statement)
  return shareStatement(polling, { state: 'deaths', sql: statement }, read, signal)
}

function eventsOf(rows: readonly NotedDeathRow[], sent: SentDeaths, filters: string): string {
  let text = ''
  for (const row of rows) {
    const isSent = sent.has(row)
    sent.add({ noted: row.noted, id: row.id })
    if (isSent) continue
    const id = encodeSentPlace(sent.place(), filters)
    text += sseEvent({ event: 'death', id, data: JSON.stringify(deathJson(row)) })
  }
  return text
}

/** It has no id: a client that comes back goes on behind the last death that it has. */
function droppedEvent({ count, first, last }: NonNullable<DeathPart['dropped']>): string {
  const timeOf = ({ noted }: NotedPlace): string => formatTime(BigInt(noted) * 1000n)
  return sseEvent({ event: 'dropped', data: JSON.stringify({ count, from: timeOf(first), to: timeOf(last) }) })
}

function filterDigest(query: DeathsTailQuery, tenant: string): unknown {
  const { cursor: _, ...given } = query
  const names = Object.entries(given).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return [tenant, 'deaths-tail', names.map(([name, values]) => [name, [values ?? []].flat().map(String).toSorted()])]
}

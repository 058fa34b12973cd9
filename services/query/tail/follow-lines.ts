// Follows the arrival of lines: those that the feed reads for all tails (follow-arrivals.ts), and, where a tail begins, goes
// on after a break or follows other pods than before, those that the feed has read already. A look for these begins a
// little before the newest arrival, since an insert may become visible after a later one. The tail remembers the lines
// that it sent, and does not send them again (sent-lines.ts).
import { nameOfStatement, type Fragment } from '#shared/clickhouse/sql.ts'
import { isBehind, laterOf, type ArrivalPlace } from './arrival-place.ts'
import { arrivals, firstArrivals, placeOfArrival, type ArrivalRow } from './arrival-statements.ts'
import type { ArrivalFeed } from './follow-arrivals.ts'
import type { Arrival, Dropped } from './line-buffer.ts'
import { rowsFrom, type LineFilter } from '#shared/lines/line-filter.ts'
import { nameOf, namesFilter } from '#shared/lines/line-names.ts'
import { compareKeys } from '#shared/lines/line-order.ts'
import { someLines } from '#shared/lines/line-statements.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import type { Polling } from '#query/http/watch-polling.ts'
import type { SentLines } from './sent-lines.ts'
import { keyOf } from '#shared/lines/row-decoder.ts'

export interface FollowOptions {
  reading: Reading
  feed: ArrivalFeed
  /** Of tails with one filter, which ask for it at the same times. */
  group: string
  /** Called where lines were stored: the pods whose lines the tail follows may change. */
  filter: () => Promise<LineFilter>
  /** The tail follows lines that arrive behind this place. */
  after: ArrivalPlace
  /** Lines that become visible once the tail follows count from this place on: their insert was under way. */
  lateFrom?: ArrivalPlace
  /** Called once the tail misses nothing that becomes visible: what is visible by then may be sent first. */
  onReady?: () => Promise<void>
  /** Lines that were sent already. */
  sentLines: Pick<SentLines, 'add' | 'begin' | 'overlapMs'>
  /** Fragments that wait for the ends of their lines. */
  held?: HeldFragments
  pollIntervalMs: number
  polling: Polling
  /** Whether `filter` has to be called although no line was stored. */
  pollsAlways?: boolean
  /** Whether lines that the client did not take in time are read once more; else they are dropped and counted. */
  dropsNone?: boolean
  /** Of a tail that a client resumes: ms since the client left it. The first poll reads what was written meanwhile. */
  missedMs?: number
  /** Aborts when the client goes away or the service stops; the tail then ends. */
  signal: AbortSignal
}

export interface Followed {
  /** In order of arrival; none at the end of a poll. */
  arrivals: Arrival[]
  /** Lines before these that the client did not take in time. */
  dropped?: Dropped | undefined
  /** ms between the arrival of lines and their reading, at last. */
  lagMs: number
}

/**
 * A look reads parts again that were written so long before the last one: clocks differ, and inserts take their time.
 */
const writtenBeforeMs = 120_000
/** Each statement reads all that arrived since, so that few of them have to. Lines are read in smaller steps. */
const keysAtOnce = 20_000
const linesAtOnce = 2_000

/** Ends when the signal aborts. */
export async function* follow(options: FollowOptions): AsyncGenerator<Followed> {
  const { feed, group, filter, after, lateFrom = after, sentLines, held = createHeldFragments() } = options
  const { pollIntervalMs, polling, pollsAlways = false, dropsNone = false, signal } = options
  using member = pollsAlways ? polling.groups.join(group) : undefined
  const catchUp = createCatchUp(options)
  const followed = (arrived: Arrival[], dropped?: Dropped): Followed => ({
    arrivals: held.without(arrived),
    dropped,
    lagMs: feed.lagMs,
  })

  let current = await filter()
  using live = feed.open(current, lateFrom)
  await live.ready()
  await options.onReady?.()
  let polled = await polling.state('lines')
  for await (const arrived of catchUp.look(current)) yield followed(arrived)

  let lookAtMs = 0
  while (!signal.aborted) {
    const part = await live.next(pollIntervalMs, signal)
    if (part?.dropped !== undefined && dropsNone)
      for await (const arrived of catchUp.look(current)) yield followed(arrived)
    else if (part !== undefined) {
      catchUp.reached(part.arrivals)
      const arrived = part.arrivals.filter(({ line, received }) => sentLines.add({ received, key: keyOf(line) }))
      yield followed(arrived, part.dropped)
    }
    if (performance.now() >= lookAtMs && !signal.aborted) {
      const beganMs = performance.now()
      const state = await polling.state('lines')
      const next = state !== polled || pollsAlways ? await filter() : current
      polled = state
      if (isOther(next, current)) {
        current = next
        live.follow(current)
        for await (const arrived of catchUp.look(current)) yield followed(arrived)
      }
      const pauseMs = polling.pauseMs(performance.now() - beganMs, pollIntervalMs)
      lookAtMs = performance.now() + (member?.untilPoll(pauseMs, pollIntervalMs) ?? pollIntervalMs)
    }
    const due = held.due()
    if (part === undefined || due.length > 0)
      yield { arrivals: due.length === 0 ? [] : await catchUp.linesAt(current.tenant, due), lagMs: feed.lagMs }
  }
}

const isOther = (a: LineFilter, b: LineFilter): boolean =>
  a !== b && nameOfStatement(rowsFrom(a)) !== nameOfStatement(rowsFrom(b))

interface CatchUp {
  /** Lines that are visible when the look begins and were not read. */
  look(filter: LineFilter): AsyncGenerator<Arrival[]>
  /** These came from the feed. */
  reached(arrived: readonly Arrival[]): void
  linesAt(tenant: string, places: readonly ArrivalPlace[]): Promise<Arrival[]>
}

function createCatchUp({ reading, after, sentLines, missedMs = 0, signal }: FollowOptions): CatchUp {
  const placesOf = async (sql: Fragment): Promise<ArrivalPlace[]> =>
    (await reading.rows<ArrivalRow>(sql)).map(placeOfArrival)
  let newest = after.received
  let lastLookMs = performance.now() - missedMs

  async function linesAt(tenant: string, places: readonly ArrivalPlace[]): Promise<Arrival[]> {
    const names = places.map(({ key }) => key)
    const firstPlaces = await placesOf(firstArrivals(tenant, names))
    const resent = new Set(firstPlaces.filter((place) => !isBehind(place, after)).map(({ key }) => nameOf(key)))
    const receivedById = new Map(places.map(({ received, key }) => [nameOf(key), received]))
    const lines = await reading.some(someLines(namesFilter(tenant, names), 'asc', names.length))
    return lines
      .filter((line) => !resent.has(nameOf(line)))
      .map((line) => ({ line, received: receivedById.get(nameOf(line)) ?? line.received }))
      .toSorted((a, b) => a.received - b.received || compareKeys(keyOf(a.line), keyOf(b.line)))
  }

  return {
    linesAt,
    async *look({ tenant, ...filter }) {
      // A client that reads slowly delays the next look, so the time since the last one is measured.
      const writtenWithinS = Math.ceil((performance.now() - lastLookMs + writtenBeforeMs) / 1000)
      lastLookMs = performance.now()
      // What a busy tail has forgotten is not read again.
      const start = laterOf(after, sentLines.begin)
      const since = Math.max(after.received, newest - sentLines.overlapMs)
      let last: ArrivalPlace | undefined
      let keyCount = 0
      do {
        const places = await placesOf(arrivals({ tenant, ...filter }, since, writtenWithinS, keysAtOnce, last))
        keyCount = places.length
        last = places.at(-1) ?? last
        const newPlaces = places.filter((place) => isBehind(place, start) && sentLines.add(place))
        for (let at = 0; at < newPlaces.length && !signal.aborted; at += linesAtOnce)
          yield linesAt(tenant, newPlaces.slice(at, at + linesAtOnce))
        newest = Math.max(newest, last?.received ?? 0)
      } while (keyCount === keysAtOnce && !signal.aborted)
    },
    reached(arrived) {
      lastLookMs = performance.now()
      newest = Math.max(newest, arrived.at(-1)?.received ?? 0)
    },
  }
}

/** ms that a fragment waits for its end. Then the tail sends it as it is: its line may have no end. */
const fragmentMs = 5000

export interface HeldFragments {
  readonly size: number
  /** The arrivals but the fragments, which are held from now on. */
  without(arrived: readonly Arrival[]): Arrival[]
  /** Those that have waited. Some are parts of lines by now, and no statement finds them any more. */
  due(): ArrivalPlace[]
}

/** Holds fragments whose line is not whole yet: the line comes with their text. */
export function createHeldFragments(): HeldFragments {
  const fragments: { place: ArrivalPlace; atMs: number }[] = []
  return {
    get size() {
      return fragments.length
    },
    without(arrived) {
      const atMs = performance.now()
      for (const { line, received } of arrived)
        if (line.partial) fragments.push({ place: { received, key: keyOf(line) }, atMs })
      return arrived.filter(({ line }) => !line.partial)
    },
    due() {
      const stays = fragments.findIndex(({ atMs }) => performance.now() - atMs < fragmentMs)
      return fragments.splice(0, stays < 0 ? fragments.length : stays).map(({ place }) => place)
    },
  }
}

// Follows the arrival of lines by polling: the embedded store cannot push. Each poll begins a little before the newest
// arrival, since an insert may become visible after a later one. The tail remembers the lines that it sent, and does
// not send them again (sent-lines.ts).
import { setTimeout as wait } from 'node:timers/promises'
import type { Fragment } from '#shared/clickhouse/sql.ts'
import { isBehind, laterOf, type ArrivalPlace } from './arrival-place.ts'
import { arrivals, firstArrivals, type ArrivalRow } from './arrival-statements.ts'
import type { LineFilter } from '#shared/lines/line-filter.ts'
import { nameOf, namesFilter } from '#shared/lines/line-names.ts'
import { compareKeys } from '#shared/lines/line-order.ts'
import { someLines } from '#shared/lines/line-statements.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { shareStatement } from '#query/http/read-shared.ts'
import type { Polling } from '#query/http/watch-polling.ts'
import type { SentLines } from './sent-lines.ts'
import { keyOf, type Line } from '#shared/lines/row-decoder.ts'

export interface FollowOptions {
  reading: Reading
  /** Of tails with one filter, which poll together. */
  group: string
  /** Called at each poll: the pods whose lines the tail follows may change. */
  filter: () => Promise<LineFilter>
  /** The tail follows lines that arrive behind this place. */
  after: ArrivalPlace
  /** Lines that were sent already. */
  sentLines: Pick<SentLines, 'add' | 'begin' | 'overlapMs'>
  /** Fragments that wait for the ends of their lines. */
  held?: HeldFragments
  pollIntervalMs: number
  polling: Polling
  /** Whether each poll has to call `filter`, although no line was stored. */
  pollsAlways?: boolean
  /** Of a tail that a client resumes: ms since the client left it. The first poll reads what was written meanwhile. */
  missedMs?: number
  /** Aborts when the client goes away or the service stops; the tail then ends. */
  signal: AbortSignal
}

export interface Arrival {
  line: Line
  /** Epoch ms. */
  received: number
}

/**
 * A poll reads parts again that were written so long before the last poll: clocks differ, and inserts take their time.
 */
const writtenBeforeMs = 120_000
/** In steps, so that tails that poll together ask the same. */
const writtenStepS = 30
/** Each statement reads all that arrived since, so that few of them have to. Lines are read in smaller steps. */
const keysAtOnce = 20_000
const linesAtOnce = 2_000

/** Lines in order of arrival, and an empty array at the end of a poll that held none. Ends when the signal aborts. */
export async function* follow({
  reading,
  group,
  filter,
  after,
  sentLines,
  held = createHeldFragments(),
  pollIntervalMs,
  polling,
  pollsAlways = false,
  missedMs = 0,
  signal,
}: FollowOptions): AsyncGenerator<Arrival[]> {
  using member = polling.groups.join(group, after.received)
  let newest = after.received
  let lastPollMs = performance.now() - missedMs
  let polled: string | undefined
  while (!signal.aborted) {
    const beganMs = performance.now()
    const state = await polling.state('lines')
    const read = sharedReads(reading, state, { polling, signal })
    const isDue = state !== polled || pollsAlways
    polled = state
    const { tenant, ...current } = isDue || held.size > 0 ? await filter() : { tenant: '', fields: {} }
    if (isDue) {
      // A client that reads slowly delays the next poll, so the time since the last one is measured.
      const writtenMs = performance.now() - lastPollMs + writtenBeforeMs
      const writtenWithinS = Math.ceil(writtenMs / 1000 / writtenStepS) * writtenStepS
      lastPollMs = performance.now()
      // What a busy tail has forgotten is not read again.
      const start = laterOf(after, sentLines.begin)
      const from = member.since(newest, sentLines.overlapMs)
      let last: ArrivalPlace | undefined
      let keyCount = 0
      do {
        const places = await read.places(arrivals({ tenant, ...current }, from, writtenWithinS, keysAtOnce, last))
        keyCount = places.length
        last = places.at(-1) ?? last
        const newPlaces = places.filter((place) => isBehind(place, start) && sentLines.add(place))
        for (let at = 0; at < newPlaces.length && !signal.aborted; at += linesAtOnce) {
          const some = newPlaces.slice(at, at + linesAtOnce)
          yield held.without(await linesAt(read, tenant, some, after))
        }
        newest = Math.max(newest, last?.received ?? 0)
        member.reached(newest)
      } while (keyCount === keysAtOnce && !signal.aborted)
    }
    const due = held.due()
    yield due.length === 0 ? [] : await linesAt(read, tenant, due, after)
    const pauseMs = isDue ? polling.pauseMs(performance.now() - beganMs, pollIntervalMs) : pollIntervalMs
    await wait(member.untilPoll(pauseMs, pollIntervalMs), undefined, { signal }).catch(() => undefined)
  }
}

/** What the tails of a group read at one moment, the store reads once. */
function sharedReads(reading: Reading, state: string, { polling, signal }: Pick<FollowOptions, 'polling' | 'signal'>) {
  return {
    places: (sql: Fragment): Promise<readonly ArrivalPlace[]> => {
      const read = async () => (await reading.rows<ArrivalRow>(sql)).map(placeOf)
      return shareStatement(polling, { state, sql }, read, signal)
    },
    lines: (sql: Fragment): Promise<Line[]> =>
      reading.some(sql, {}, undefined, (read) => shareStatement(polling, { state, sql }, read, signal)),
  }
}
type SharedReads = ReturnType<typeof sharedReads>

const placeOf = ({ received, ts, arrival, identity, ...row }: ArrivalRow): ArrivalPlace => ({
  received,
  key: { ...row, received, ts: BigInt(ts), arrival: BigInt(arrival), identity: BigInt(identity) },
})

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

async function linesAt(
  read: SharedReads,
  tenant: string,
  places: readonly ArrivalPlace[],
  after: ArrivalPlace,
): Promise<Arrival[]> {
  const names = places.map(({ key }) => key)
  const firstPlaces = await read.places(firstArrivals(tenant, names))
  const resent = new Set(firstPlaces.filter((place) => !isBehind(place, after)).map(({ key }) => nameOf(key)))
  const receivedById = new Map(places.map(({ received, key }) => [nameOf(key), received]))
  const lines = await read.lines(someLines(namesFilter(tenant, names), 'asc', names.length))
  return lines
    .filter((line) => !resent.has(nameOf(line)))
    .map((line) => ({ line, received: receivedById.get(nameOf(line)) ?? line.received }))
    .toSorted((a, b) => a.received - b.received || compareKeys(keyOf(a.line), keyOf(b.line)))
}

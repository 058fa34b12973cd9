// Follows the arrival of lines by polling: the embedded store cannot push. Each poll begins a little before the newest
// arrival, since an insert may become visible after a later one. The tail remembers the lines that it sent, and does
// not send them again (sent-lines.ts).
import { setTimeout as wait } from 'node:timers/promises'
import { laterOf, type ArrivalPlace } from './arrival-place.ts'
import { arrivals, arrivedBefore, type ArrivalRow } from './arrival-statements.ts'
import type { LineFilter } from '#shared/lines/line-filter.ts'
import { nameOf, namesFilter } from '#shared/lines/line-names.ts'
import { compareKeys } from '#shared/lines/line-order.ts'
import { someLines } from '#shared/lines/line-statements.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { createDue, type Polling } from '#query/http/watch-polling.ts'
import type { SentLines } from './sent-lines.ts'
import { keyOf, type Line } from '#shared/lines/row-decoder.ts'

export interface FollowOptions {
  reading: Reading
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
/** Each statement reads all that arrived since, so that few of them have to. Lines are read in smaller steps. */
const keysAtOnce = 20_000
const linesAtOnce = 2_000

/** Lines in order of arrival, and an empty array at the end of a poll that held none. Ends when the signal aborts. */
export async function* follow({
  reading,
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
  let newest = after.received
  let lastPollMs = performance.now() - missedMs
  const isDue = createDue(polling, 'lines')
  while (!signal.aborted) {
    const beganMs = performance.now()
    if (!(await isDue()) && !pollsAlways) {
      const due = held.due()
      yield due.length === 0 ? [] : await linesAt(reading, (await filter()).tenant, due, after)
      await wait(pollIntervalMs, undefined, { signal }).catch(() => undefined)
      continue
    }
    // A client that reads slowly delays the next poll, so the time since the last one is measured.
    const writtenWithinS = Math.ceil((performance.now() - lastPollMs + writtenBeforeMs) / 1000)
    lastPollMs = performance.now()
    const current = await filter()
    let keyCount = 0
    // What a busy tail has forgotten is not read again.
    const start = laterOf(after, sentLines.begin)
    let last = start
    do {
      const from = Math.max(start.received, newest - sentLines.overlapMs)
      const rows = await reading.rows<ArrivalRow>(arrivals(current, from, writtenWithinS, keysAtOnce, last))
      const places = rows.map(placeOf)
      keyCount = places.length
      last = places.at(-1) ?? last
      const newPlaces = places.filter(sentLines.add)
      for (let at = 0; at < newPlaces.length && !signal.aborted; at += linesAtOnce) {
        const some = newPlaces.slice(at, at + linesAtOnce)
        yield held.without(await linesAt(reading, current.tenant, some, after))
      }
      newest = Math.max(newest, last.received)
    } while (keyCount === keysAtOnce && !signal.aborted)
    const due = held.due()
    yield due.length === 0 ? [] : await linesAt(reading, current.tenant, due, after)
    await wait(polling.pauseMs(performance.now() - beganMs, pollIntervalMs), undefined, { signal }).catch(
      () => undefined,
    )
  }
}

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
  reading: Reading,
  tenant: string,
  places: readonly ArrivalPlace[],
  after: ArrivalPlace,
): Promise<Arrival[]> {
  const names = places.map(({ key }) => key)
  const resentIds = new Set(
    (await reading.rows<{ time: string; id: string }>(arrivedBefore(tenant, names, after))).map(
      ({ time, id }) => `${time}/${id}`,
    ),
  )
  const receivedById = new Map(places.map(({ received, key }) => [nameOf(key), received]))
  const lines = await reading.some(someLines(namesFilter(tenant, names), 'asc', names.length))
  return lines
    .filter((line) => !resentIds.has(nameOf(line)))
    .map((line) => ({ line, received: receivedById.get(nameOf(line)) ?? line.received }))
    .toSorted((a, b) => a.received - b.received || compareKeys(keyOf(a.line), keyOf(b.line)))
}

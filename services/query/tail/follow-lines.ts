// Follows arrivals by polling: the embedded store cannot push. Each look goes back a little before the newest arrival, since an
// insert may become visible after a later one; what was shown already is remembered, up to a bound, and not shown again.
import { setTimeout as wait } from 'node:timers/promises'
import { compare } from '#shared/compare.ts'
import { arrivals, arrivedBefore, keysFilter, type ArrivalKey } from './arrival-statements.ts'
import type { LineFilter } from '#shared/lines/line-filter.ts'
import type { LineKey } from '#shared/lines/line-order.ts'
import { someLines } from '#shared/lines/line-statements.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { keyOf, type Line } from '#shared/lines/row-decoder.ts'

export interface FollowOptions {
  reading: Reading
  /** Asked for at each look: whose lines are followed may change. */
  filter: () => Promise<LineFilter>
  /** Follow what arrives at this time or later, epoch ms. */
  since: number
  /** The last arrival that was shown already, of a tail that is resumed. */
  after?: ArrivalKey
  /** Lines that were shown already, by `lineId`. */
  shown: ShownLines
  pollIntervalMs: number
  /** How long ago a tail that is resumed was left, ms: what was written meanwhile is looked at. */
  missedMs?: number
  /** Ends the following: the client went away, or the service stops. */
  signal: AbortSignal
}

export interface Arrival {
  line: Line
  /** Epoch ms. */
  received: number
}

/** How far a tail has come in the order of arrivals. What is shown late, since its insert was slow, does not take it back. */
export interface Reached {
  received: number
  key: LineKey
}

export function isLater(than: Reached, { line, received }: Arrival): boolean {
  if (received !== than.received) return received > than.received
  return line.ts === than.key.ts ? line.identity > than.key.identity : line.ts > than.key.ts
}

export const later = (reached: Reached, one: Arrival): Reached =>
  isLater(reached, one) ? { received: one.received, key: keyOf(one.line) } : reached

const overlapMs = 30_000
/** Parts that were written so long before the last look are looked at again: clocks differ, and inserts take their time. */
const writtenBeforeMs = 120_000
const keysAtOnce = 2_000

/** Lines in order of arrival, an empty array after a look that found nothing; ends when the signal aborts. */
export async function* follow({
  reading,
  filter,
  since,
  after,
  shown,
  pollIntervalMs,
  missedMs = 0,
  signal,
}: FollowOptions): AsyncGenerator<Arrival[]> {
  let newest = since
  let lookedMs = performance.now() - missedMs
  while (!signal.aborted) {
    // A reader that takes long to take what he is given holds up the next look.
    const writtenWithinS = Math.ceil((performance.now() - lookedMs + writtenBeforeMs) / 1000)
    lookedMs = performance.now()
    const current = await filter()
    let found = 0
    let last = after
    do {
      const from = Math.max(since, newest - overlapMs)
      const rows = await reading.rows<{ arrived: number; time: string; id: string }>(
        arrivals(current, from, writtenWithinS, keysAtOnce, last),
      )
      const keys = rows.map(({ arrived, time, id }) => ({ received: arrived, ts: BigInt(time), identity: BigInt(id) }))
      found = keys.length
      last = keys.at(-1) ?? last
      const fresh = keys.filter((key) => shown.add(key))
      if (fresh.length > 0) yield await linesOf(reading, current.tenant, fresh, since)
      newest = Math.max(newest, last?.received ?? 0)
    } while (found === keysAtOnce && !signal.aborted)
    yield []
    await wait(pollIntervalMs, undefined, { signal }).catch(() => undefined)
  }
}

async function linesOf(reading: Reading, tenant: string, keys: readonly ArrivalKey[], since: number): Promise<Arrival[]> {
  const again = new Set(
    (await reading.rows<{ time: string; id: string }>(arrivedBefore(tenant, keys, since))).map(({ time, id }) => `${time}/${id}`),
  )
  const arrived = new Map(keys.map((key) => [lineId(key), key.received]))
  const lines = await reading.some(someLines(keysFilter(tenant, keys), 'asc', keys.length))
  return lines
    .filter((line) => !again.has(lineId(line)))
    .map((line) => ({ line, received: arrived.get(lineId(line)) ?? line.received }))
    .toSorted(
      (a, b) =>
        a.received - b.received ||
        (a.line.ts === b.line.ts ? compare(a.line.identity, b.line.identity) : compare(a.line.ts, b.line.ts)),
    )
}

const lineId = ({ ts, identity }: { ts: bigint; identity: bigint }): string => `${ts}/${identity}`

export interface ShownLines {
  /** Remembers a line; false where it was shown already. */
  add(key: { ts: bigint; identity: bigint }): boolean
}

/** Remembers the newest `max` lines that were shown. */
export function createShownLines(max = 200_000): ShownLines {
  const ids = new Set<string>()
  return {
    add(key) {
      const id = lineId(key)
      if (ids.has(id)) return false
      ids.add(id)
      if (ids.size > max) ids.delete(ids.values().next().value!)
      return true
    },
  }
}

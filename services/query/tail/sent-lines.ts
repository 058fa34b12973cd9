// Pure: which lines a tail has sent, so that it sends each once, also to a client that comes back. An insert may become
// visible after a later one, so that a client that leaves may lack lines of before the last that it has. A cursor has a
// floor, below which nothing is sent any more, and hashes of the lines that were sent behind it. What a cursor has no
// room for, the process remembers (sent-memory.ts).
import { isBehind, laterOf, placeBefore, type ArrivalPlace } from './arrival-place.ts'
import type { LineName } from '#shared/lines/line-names.ts'
import { createLinePages, type RememberedLines } from './line-memory.ts'

/** What a cursor has of the lines that were sent. */
export interface SentPlace {
  floor: ArrivalPlace
  /** 32 bits of each line that was sent behind the floor. */
  hashes: readonly number[]
  /** How many lines were sent. */
  count: number
}

export interface SentLines {
  /** Remembers a line that was read; false where it was read or sent before. */
  add(place: ArrivalPlace): boolean
  /** Counts a line as sent. */
  send(place: ArrivalPlace): void
  /** The same for a line that comes out of the order of arrival. */
  sendStored(place: ArrivalPlace): void
  place(): SentPlace
  /** A poll begins so long before the newest arrival, since an insert may become visible after a later one. */
  readonly overlapMs: number
  /** How many lines are remembered. */
  readonly size: number
  /** Nothing up to this place is read again: it is not remembered what of it was sent. */
  readonly begin: ArrivalPlace
  /** Raises it. */
  raiseBegin(to: ArrivalPlace): void
  /** The first `count` lines that were sent. */
  remembered(count: number): RememberedLines
  /** Forgets the first page; of a tail that has one page only, that page the next time. */
  forget(): void
}

/** Lines that a cursor names. */
const hashesMax = 48

export interface SentLinesOptions {
  /** Of a tail that a client resumes: what was sent before. */
  before?: RememberedLines | undefined
  overlapMs?: number
  /** Of a new tail that sends stored lines first: those from this place on are remembered; the floor where it is missing. */
  begin?: ArrivalPlace | undefined
  /** Is told by how many lines the tail remembers more, or fewer, than before. */
  changed?: (lines: number) => void
}

export function createSentLines(
  { floor: first, hashes, count: sentBefore }: SentPlace,
  { before = { pages: [] }, overlapMs = 30_000, begin = first, changed = () => undefined }: SentLinesOptions = {},
): SentLines {
  let floor = first
  let reached = first
  let count = sentBefore
  const pages = createLinePages(begin, before, changed)
  /** Lines that a cursor names, in order of arrival. Those of the first cursor stand last until they are read again. */
  const named = hashes.map((hash) => ({ hash, place: placeBefore(first.received + overlapMs) }))
  const hashesToRead = new Set(hashes)

  const raise = (to: ArrivalPlace): void => {
    if (isBehind(to, floor) && !isBehind(to, reached)) floor = to
  }
  const name = (hash: number, place: ArrivalPlace): void => {
    if (!isBehind(place, floor)) return
    const at = named.findLastIndex((one) => !isBehind(one.place, place))
    named.splice(at + 1, 0, { hash, place })
    if (named.length > hashesMax) raise(named.shift()!.place)
  }
  const sendStored = (place: ArrivalPlace): void => {
    const number = numberOf(place.key)
    pages.remember(number, ++count)
    name(number >>> 0, place)
  }

  return {
    overlapMs,
    add(place) {
      const number = numberOf(place.key)
      const hash = number >>> 0
      if (hashesToRead.delete(hash)) {
        named.splice(
          named.findIndex((one) => one.hash === hash),
          1,
        )
        name(hash, place)
        pages.remember(number, ++count)
        return false
      }
      return pages.read(number, place)
    },
    send(place) {
      sendStored(place)
      reached = laterOf(reached, place)
      raise(placeBefore(reached.received - overlapMs))
      while (named[0] !== undefined && !isBehind(named[0].place, floor)) named.shift()
    },
    sendStored,
    place: () => ({ floor, hashes: named.map(({ hash }) => hash), count }),
    get size() {
      return pages.size
    },
    get begin() {
      return pages.begin
    },
    raiseBegin: pages.raiseBegin,
    remembered: pages.until,
    forget: pages.forget,
  }
}

/** 52 bits of a name. Numbers take less memory than texts, and two of some 100,000 names hardly ever agree in them. */
const numberOf = ({ ts, identity }: LineName): number => Number(BigInt.asUintN(52, identity ^ (ts * spread)))
const spread = 0x9e37_79b9_7f4a_7c15n

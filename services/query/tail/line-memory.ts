// Pure: which lines a tail has read, in pages. The tail of a client that comes back takes over the pages of the one
// before; nothing is copied but a small page, and the tail of before may go on meanwhile.
import { laterOf, type ArrivalPlace } from './arrival-place.ts'

/** Lines that a tail has read, next to each other in the order in which it read them. */
export interface LinePage {
  /** All that was read behind this place is in this page or a later one. */
  begin: ArrivalPlace
  /** By the number of a line: which of those that were sent it was, and 0 where it was only read. */
  counts: Map<number, number>
  /** Only so many of the lines that were sent count. Without it every line does, also one that was only read. */
  until?: number
  size: number
}

/** What a process remembers of the lines that a tail sent. */
export interface RememberedLines {
  pages: readonly LinePage[]
}

export interface LinePages {
  /** How many lines are remembered. */
  readonly size: number
  /** Nothing up to this place is to be read again: it is not remembered what of it was sent. */
  readonly begin: ArrivalPlace
  /** Remembers a line that was read; false where it was read or sent before. */
  read(number: number, place: ArrivalPlace): boolean
  /** Remembers which of the lines that were sent it was. */
  remember(number: number, sentAs: number): void
  /** The first `count` lines that were sent. */
  until(count: number): RememberedLines
  /** Nothing up to this place is to be read again. */
  raiseBegin(to: ArrivalPlace): void
  /** Forgets the first page; of one page only, that page the next time. */
  forget(): void
}

const pageLines = 25_000
/** A tail remembers at most so many lines, and at least a page less. */
const rememberedMax = 200_000

/** `changed` is told by how many lines more, or fewer, than before are remembered. */
export function createLinePages(
  first: ArrivalPlace,
  before: RememberedLines,
  changed: (lines: number) => void,
): LinePages {
  const pages: LinePage[] = [...before.pages]
  let size = pages.reduce((sum, page) => sum + page.size, 0)
  let counts = new Map<number, number>()
  let readTo = first

  function beginPage(begin: ArrivalPlace): void {
    counts = new Map()
    const own = counts
    pages.push({
      begin,
      counts: own,
      get size() {
        return own.size
      },
    })
  }
  function drop(page: LinePage): void {
    size -= page.size
    changed(-page.size)
  }
  function remember(number: number, sentAs: number): void {
    const page = pages.findLast(({ until, counts: read }) => until === undefined && read.has(number))
    if (page !== undefined) return void page.counts.set(number, sentAs)
    if (counts.size >= pageLines) beginPage(readTo)
    counts.set(number, sentAs)
    size += 1
    changed(1)
    while (size > rememberedMax && pages.length > 1) drop(pages.shift()!)
  }

  changed(size)
  const last = pages.at(-1)
  // A client that comes back often leaves small pages: each line would be looked for in all of them.
  if (last !== undefined && last.size < pageLines / 2) {
    drop(pages.pop()!)
    beginPage(last.begin)
    for (const [number, sentAs] of last.counts) if (isIn(last, number)) remember(number, sentAs)
  } else beginPage(first)

  return {
    get size() {
      return size
    },
    get begin() {
      return pages[0]!.begin
    },
    read(number, place) {
      readTo = laterOf(readTo, place)
      if (pages.some((page) => isIn(page, number))) return false
      remember(number, 0)
      return true
    },
    remember,
    until: (count) => ({
      pages: pages.map((page) => ({ ...page, until: Math.min(page.until ?? count, count) })),
    }),
    raiseBegin(to) {
      for (const page of pages) page.begin = laterOf(page.begin, to)
    },
    forget: () => (pages.length > 1 ? drop(pages.shift()!) : beginPage(readTo)),
  }
}

function isIn({ counts, until }: LinePage, number: number): boolean {
  const sentAs = counts.get(number)
  return sentAs !== undefined && (until === undefined || (sentAs > 0 && sentAs <= until))
}

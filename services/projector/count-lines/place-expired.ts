// Pure: puts numbers of lines from before the lines expired into lives, where only times say whose lines they were. The
// numbers are of whole days: where lines of a day may be of several lives, the pod's record knows how many each had.
import { epochNs } from '#shared/pod-model/epoch-ns.ts'
import type { PodFacts } from '#shared/pod-model/pod.ts'
import type { ExpiredCountRow } from './expired-counts.ts'
import type { CountOptions } from './line-counts.ts'
import { slotAt, spanKey, type SpanKey } from './line-life.ts'
import type { DayCountRow } from './lines-in-window.ts'

export interface PlacedCountRow extends ExpiredCountRow {
  /** As in LineCountRow. */
  slot: number
}

export interface PlacedCounts {
  counts: PlacedCountRow[]
  /** Keys of lines that expired and may have been of several lives. */
  undecided: ReadonlySet<SpanKey>
}

/** `stored`: numbers of the lines that are there; `before`: those that were there on days of which lines expired. */
export function placeExpired(
  before: readonly ExpiredCountRow[],
  stored: readonly DayCountRow[],
  spans: CountOptions['spans'],
  pods: readonly PodFacts[],
): PlacedCounts {
  const extents = spans.size === 0 ? new Map<SpanKey, Extent>() : extentsOf(pods)
  const undecided = new Set<SpanKey>()
  const counts = before.flatMap((row): PlacedCountRow[] => {
    const key = spanKey(row.uid, row.container, row.restart)
    const begins = row.containerId === '' ? spans.get(key) : undefined
    if (begins === undefined) return [{ ...row, slot: 0 }]
    const ofDay = stored.filter((one) => one.day === row.day && spanKey(one.uid, one.container, one.restart) === key)
    if (Number(row.lines) <= ofDay.reduce((sum, { lines }) => sum + Number(lines), 0)) return []
    // A number with restarts counts lines with container ids too, which are not divided by time.
    const slot = row.restart < 0 ? slotOfDay(row.day, begins, extents.get(key)) : undefined
    if (slot !== undefined) return [{ ...row, slot }]
    undecided.add(key)
    return []
  })
  return { counts, undecided }
}

/** Containers of the pod with lines that are undecided. */
export const undecidedOf = ({ lines }: PodFacts, undecided: ReadonlySet<SpanKey>): string[] => [
  ...new Set(
    lines.flatMap(({ uid, container, restart }) =>
      undecided.has(spanKey(uid, container, restart)) ? [container] : [],
    ),
  ),
]

/** Times of the first and the last line, epoch ns. */
type Extent = readonly [first: bigint, last: bigint]

const extentsOf = (pods: readonly PodFacts[]): Map<SpanKey, Extent> =>
  new Map(
    pods.flatMap(({ lines }) =>
      lines
        .filter(({ containerId, nameless }) => containerId === '' && nameless === 0)
        .map(({ uid, container, restart, firstLine, lastLine }) => [
          spanKey(uid, container, restart),
          [epochNs(firstLine), epochNs(lastLine)] as const,
        ]),
    ),
  )

const dayNs = 86_400_000_000_000n

/** The only span that lines of the day can be in; undefined where there are several. */
function slotOfDay(day: string, begins: readonly bigint[], extent: Extent | undefined): number | undefined {
  if (extent === undefined) return undefined
  const start = epochNs(`${day}T00:00:00.000000000Z`)
  const [from, to] = [
    start > extent[0] ? start : extent[0],
    start + dayNs - 1n < extent[1] ? start + dayNs - 1n : extent[1],
  ]
  const slot = slotAt(begins, from)
  return slot === slotAt(begins, to) ? slot : undefined
}

// Pure: a range of time in slices that have few enough rows to be counted at once. A slice is one or more hours; an hour
// with too many rows is cut into equal stretches.
import type { TimeBounds } from './request-times.ts'
import type { HourRow } from './stream-statements.ts'

export interface Slice {
  /** Epoch ns, inclusive and exclusive. */
  from: bigint
  to: bigint
}

/** An exact count of distinct lines takes some 30 bytes for each. */
const rowsMax = 2_000_000
/** An hour is cut into no more stretches. */
const piecesMax = 64n
const hourNs = 3_600_000_000_000n

/** `hours`: those with rows, in order. */
export function countSlices(hours: readonly HourRow[], { start, end }: TimeBounds): Slice[] {
  const slices: Slice[] = []
  let rowsOfLast = 0
  for (const { hour, rows } of hours) {
    const from = BigInt(hour) * 1_000_000_000n
    const to = from + hourNs
    const last = slices.at(-1)
    if (last !== undefined && rowsOfLast + rows <= rowsMax) {
      last.to = to
      rowsOfLast += rows
    } else {
      slices.push(...pieces({ from, to }, rows))
      rowsOfLast = rows > rowsMax ? rowsMax : rows
    }
  }
  return slices
    .map(({ from, to }) => ({ from: from < start ? start : from, to: to > end ? end : to }))
    .filter(({ from, to }) => from < to)
}

function pieces({ from, to }: Slice, rows: number): Slice[] {
  const wanted = BigInt(Math.ceil(rows / rowsMax))
  const count = wanted < 1n ? 1n : wanted > piecesMax ? piecesMax : wanted
  const size = (to - from) / count
  return Array.from({ length: Number(count) }, (_, i) => ({
    from: from + BigInt(i) * size,
    to: BigInt(i) === count - 1n ? to : from + BigInt(i + 1) * size,
  }))
}

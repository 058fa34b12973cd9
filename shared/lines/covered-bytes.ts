// Which bytes of its files a line has, as far as its rows, and those of the life's other streams between them, follow
// each other without a hole. A reader takes a row for a part of the line only where they reach it: where the end of a
// line was lost, the next line must not be taken for it (decision 0017). Pure.
import { isOtherInstance } from './assembly.ts'
import type { LineKey } from './line-order.ts'
import { keyOf, type Line } from './row-decoder.ts'

export interface CoveredBytes {
  first: Pick<Line, 'file' | 'offset'>
  /** Of the last row of the line. */
  file: string
  /** By file, the last one last: behind the last byte that is reached; -1 where rows do not tell. */
  ends: Map<string, number>
  /** Up to here what stands between was filled in. */
  filledTo: LineKey
  /** One of them stands behind bytes that no row has: the next file does not go on with the line. */
  isBroken: boolean
}

/** Rows that may stand between two rows of a line. */
export const othersMax = 1000
const filesMax = 16

const endOf = ({ offset, length }: Line): number => (offset >= 0 && length > 0 ? offset + length : -1)

export const coveredBy = (row: Line): CoveredBytes => ({
  first: { file: row.file, offset: row.offset },
  file: row.file,
  ends: new Map([[row.file, endOf(row)]]),
  filledTo: keyOf(row),
  isBroken: false,
})

export const forkCovered = (from: CoveredBytes): CoveredBytes => ({ ...from, ends: new Map(from.ends) })

/** Whether no byte is missing between the line and the row, as far as both tell their places. */
export function reaches(covered: CoveredBytes, { file, offset }: Line): boolean {
  if (!tellsPlace(covered, offset)) return true
  if (covered.isBroken && file !== covered.file) return false
  const end = covered.ends.get(file) ?? Math.min(0, lastEnd(covered))
  return end < 0 || offset <= end
}

/** Whether rows between have a say: they fill what is between, or prove that the end of the line is lost. */
export const mustFill = (covered: CoveredBytes, row: Line): boolean =>
  !reaches(covered, row) || (tellsPlace(covered, row.offset) && !covered.ends.has(row.file) && lastEnd(covered) >= 0)

const tellsPlace = ({ first }: CoveredBytes, offset: number): boolean => offset >= 0 && first.offset >= 0
const lastEnd = ({ ends }: CoveredBytes): number => [...ends.values()].at(-1)!

/** Takes in a row of the line. */
export function cover(covered: CoveredBytes, row: Line): void {
  if (row.offset < 0) return
  const { ends } = covered
  covered.file = row.file
  const end = endOf(row)
  ends.set(row.file, end < 0 ? -1 : Math.max(end, ends.get(row.file) ?? -1))
  if (ends.size > filesMax) ends.delete(ends.keys().next().value!)
}

/** Takes in what stands between the line and `row`, in order. */
export function fill(covered: CoveredBytes, others: readonly Line[], row: Line): void {
  const { first, ends } = covered
  covered.filledTo = keyOf(row)
  for (const other of others) {
    const { file, offset, length } = other
    if (isOtherInstance(other, row)) continue
    const end = ends.get(file)
    if (end === undefined ? offset > 0 && lastEnd(covered) >= 0 : end >= 0 && offset > end) covered.isBroken = true
    if (end === undefined && offset === 0 && !covered.isBroken) ends.set(file, Math.max(length, 0))
    if (end === undefined || end < 0 || length <= 0) continue
    // The length of a row may be that of its fragments alone: then lines of other streams stand within its bytes too.
    if (offset <= end && (file !== first.file || offset > first.offset)) ends.set(file, end + length)
  }
}

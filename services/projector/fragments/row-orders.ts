// Orders of rows in which a line may go on. Rows of one time in several files have one by the names of these, which do not
// say which file is the later one. Pure.
import { compareKeys } from '#shared/lines/line-order.ts'
import { keyOf, type Line } from '#shared/lines/row-decoder.ts'

export type RowOrder = (rows: readonly Line[]) => readonly Line[]

/** As they are stored. */
export const byKeys: RowOrder = (rows) => rows.toSorted((a, b) => compareKeys(keyOf(a), keyOf(b)))

/** Rows that are ordered by keys, except that of one time those of the file that was left come before the next one's. */
export const byFiles: RowOrder = (rows) => [...Map.groupBy(rows, ({ ts }) => ts).values()].flatMap(ofOneTime)

/** Of two files, one is left at its end, and the next one begins at 0: there the offsets are smaller. */
function ofOneTime(rows: readonly Line[]): readonly Line[] {
  const byFile = Map.groupBy(rows, ({ file }) => file)
  if (byFile.size !== 2 || rows.some(({ offset }) => offset < 0)) return rows
  const begin = (ofFile: readonly Line[]): number => Math.min(...ofFile.map(({ offset }) => offset))
  return [...byFile.values()].toSorted((a, b) => begin(b) - begin(a)).flat()
}

// Pure: rows as lines, each once, as a merge would leave them (line-order.ts).
import { compareKeys, type Order } from './line-order.ts'
import { keyOf, type Line, type RankedLine } from './row-decoder.ts'

/**
 * The lines of rows that are in `order`, as far as the time `edge`, whose rows may not be all there. Of the rows of a
 * line the one stands for it whose precedence is highest.
 */
export function onePerLine(rows: readonly RankedLine[], order: Order, edge: bigint | undefined): Line[] {
  const lines: Line[] = []
  for (let from = 0; from < rows.length;) {
    const { ts } = rows[from]!.line
    if (ts === edge) break
    let to = from + 1
    while (to < rows.length && rows[to]!.line.ts === ts) to++
    if (to === from + 1) lines.push(rows[from]!.line)
    else lines.push(...linesOfOneTime(rows.slice(from, to), order))
    from = to
  }
  return lines
}

function linesOfOneTime(rows: readonly RankedLine[], order: Order): Line[] {
  const best = new Map<bigint, RankedLine>()
  for (const row of rows) {
    const other = best.get(row.line.identity)
    if (other === undefined || row.precedence > other.precedence) best.set(row.line.identity, row)
  }
  const lines = [...best.values()].map(({ line }) => line)
  // Another row than the first of its line may have another place.
  return lines.length === rows.length
    ? lines
    : lines.toSorted((a, b) => (order === 'asc' ? 1 : -1) * compareKeys(keyOf(a), keyOf(b)))
}

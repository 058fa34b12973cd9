// Pure: puts the gaps of a life among its lines, as lines that say what is missing. A gap has the place of the line
// behind it, so pages need to remember nothing: each page draws the gaps between its lines, and the last page those
// that are left.
import { compareKeys, type LineKey, type Order } from '#shared/lines/line-order.ts'
import { keyOf, type Line } from '#shared/lines/row-decoder.ts'

export interface GapDrawing {
  /** Ascending by key; lines with `gap`. */
  gaps: readonly Line[]
  order: Order
  /** Earlier pages have the lines up to here, and the gaps between them. */
  after?: LineKey | undefined
}

export interface GapDrawer {
  /** Lines in order, with the gaps in front of each. */
  among(lines: Line[]): Line[]
  /** The gaps behind the last line of all. */
  rest(): Line[]
}

export function createGapDrawer({ gaps, order, after }: GapDrawing): GapDrawer {
  const isDue = (gap: Line, key: LineKey): boolean =>
    order === 'asc' ? compareKeys(keyOf(gap), key) <= 0 : compareKeys(keyOf(gap), key) > 0
  const left = order === 'asc' ? [...gaps] : gaps.toReversed()
  const due = (key: LineKey): Line[] => {
    const to = left.findIndex((gap) => !isDue(gap, key))
    return left.splice(0, to < 0 ? left.length : to)
  }
  if (after !== undefined) due(after)
  return {
    among: (lines) => (left.length === 0 ? lines : lines.flatMap((line) => [...due(keyOf(line)), line])),
    rest: () => left.splice(0),
  }
}

/** Draws the gaps into a stream of lines. */
export async function* drawGaps(parts: AsyncGenerator<Line[]>, drawing: GapDrawing): AsyncGenerator<Line[]> {
  const drawer = createGapDrawer(drawing)
  for await (const lines of parts) {
    const linesAndGaps = drawer.among(lines)
    if (linesAndGaps !== lines) lines.length = 0
    yield linesAndGaps
  }
  const rest = drawer.rest()
  if (rest.length > 0) yield rest
}

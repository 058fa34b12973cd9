// Pure: what the lines of a life cover of their files, line by line, as services/projector/count-lines/lines-in-window.ts has the engine work it out for any number.
import { compare } from '#shared/compare.ts'
import type { Stretch } from '#shared/pod-model/rows.ts'

/** A line as bytes of a file. */
export interface PlacedLine {
  file: string
  /** -1 where nobody told. */
  offset: number
  length: number
  /** RFC 3339. */
  at: string
  eof: boolean
  partial: boolean
}

interface Placed extends PlacedLine {
  end: number
  /** Starts where the one in front does. */
  again: boolean
  /** Is another line than that one. */
  clash: boolean
  /** Starts within one in front. */
  overlaps: boolean
}

/** In the order of the files' names and of places. Each line once. */
export function stretchesOfLines(lines: readonly PlacedLine[]): Stretch[] {
  const files = Map.groupBy(lines, ({ file, offset }) => JSON.stringify([file, offset < 0]))
  return [...files.values()].flatMap(stretchesOfFile).toSorted((a, b) => compare(a.file, b.file) || a.from - b.from)
}

function stretchesOfFile(lines: readonly PlacedLine[]): Stretch[] {
  // Of one place whole lines of one time beside each other, pieces behind them.
  const ordered = lines.toSorted(
    (a, b) => a.offset - b.offset || compare(a.at, b.at) || Number(a.partial) - Number(b.partial) || a.length - b.length,
  )
  const stretches: Placed[][] = []
  let covered = -Infinity
  let before: Placed | undefined
  for (const line of ordered) {
    const again = before !== undefined && before.offset === line.offset
    const placed: Placed = {
      ...line,
      end: line.offset + Math.max(line.length, 0),
      again,
      clash: again && (before!.at !== line.at || !(before!.partial || line.partial)),
      overlaps: before !== undefined && !again && line.offset < covered,
    }
    if (before === undefined || (line.offset > covered && before.length >= 0)) stretches.push([])
    stretches.at(-1)!.push(placed)
    covered = Math.max(covered, placed.end)
    before = placed
  }
  return stretches.map(stretchOf)
}

function stretchOf(lines: readonly Placed[]): Stretch {
  const count = (is: (line: Placed) => boolean): number => lines.filter(is).length
  const byStart = (a: Placed, b: Placed): number => a.offset - b.offset || compare(a.at, b.at)
  // Of two that end at one place the one that is not marked counts, then the earlier one.
  const byEnd = (a: Placed, b: Placed): number =>
    a.end - b.end || a.offset - b.offset || Number(b.eof) - Number(a.eof) || compare(b.at, a.at)
  const [first, last] = [lines.toSorted(byStart)[0]!, lines.toSorted(byEnd).at(-1)!]
  return {
    file: first.file,
    from: first.offset,
    to: last.end,
    firstAt: first.at,
    lastAt: last.at,
    earliest: lines.reduce((least, { at }) => (at < least ? at : least), first.at),
    places: count(({ again }) => !again),
    ended: last.eof,
    endsInside: count(({ eof }) => eof) - Number(last.eof),
    unmeasured: count(({ length }) => length < 0),
    clashes: count(({ clash }) => clash),
    overlaps: count(({ overlaps }) => overlaps),
  }
}

// Pure: computes the stretches of a life's lines, line by line. For any number of lines the engine does it:
// services/projector/count-lines/lines-in-window.ts.
import { compare } from '#shared/compare.ts'
import type { StreamEnd, Stretch } from '#shared/pod-model/rows.ts'
import { byPlace, foldMarks } from './fold-marks.ts'
import { laterEnd, noLine } from './stream-end.ts'

/** A line as bytes of a file. */
export interface PlacedLine {
  file: string
  /** -1 where it is not known. */
  offset: number
  /** -1 where it is not known, 0 of a mark. */
  length: number
  /** RFC 3339. */
  at: string
  eof: boolean
  partial: boolean
  stream: string
  /** No line: bytes of one that begins elsewhere. */
  coversOnly: boolean
}

interface Placed extends PlacedLine {
  end: number
  /** Whether it starts at the offset of the line before. */
  again: boolean
  /** Whether it is a different line at that offset. */
  clash: boolean
  /** Whether it starts inside a line before. */
  overlaps: boolean
}

/** Returns stretches in the order of file names and offsets. `lines` must have each line once. */
export function stretchesOfLines(lines: readonly PlacedLine[]): Stretch[] {
  const files = Map.groupBy(lines, ({ file, offset, length }) => JSON.stringify([file, offset < 0, length === 0]))
  return foldMarks([...files.values()].flatMap(stretchesOfFile).toSorted(byPlace))
}

function stretchesOfFile(lines: readonly PlacedLine[]): Stretch[] {
  // At one offset, whole lines of one time stand side by side, and fragments behind them.
  const ordered = lines.toSorted(
    (a, b) =>
      a.offset - b.offset || compare(a.at, b.at) || Number(a.partial) - Number(b.partial) || a.length - b.length,
  )
  const stretches: Placed[][] = []
  let coveredTo = -Infinity
  let before: Placed | undefined
  for (const line of ordered) {
    const again = before !== undefined && before.offset === line.offset
    const placed: Placed = {
      ...line,
      end: line.offset + Math.max(line.length, 0),
      again,
      clash: again && line.length !== 0 && (before!.at !== line.at || !(before!.partial || line.partial)),
      overlaps: before !== undefined && !again && line.offset < coveredTo,
    }
    if (before === undefined || (line.offset > coveredTo && before.length >= 0)) stretches.push([])
    stretches.at(-1)!.push(placed)
    coveredTo = Math.max(coveredTo, placed.end)
    before = placed
  }
  return stretches.map(stretchOf)
}

function stretchOf(lines: readonly Placed[]): Stretch {
  const count = (is: (line: Placed) => boolean): number => lines.filter(is).length
  const byStart = (a: Placed, b: Placed): number => a.offset - b.offset || compare(a.at, b.at)
  // Of two lines that end at one place, one without the mark counts, then the earlier one.
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
    stdoutEnd: streamEnd(lines.filter(({ stream }) => stream !== 'stderr')),
    stderrEnd: streamEnd(lines.filter(({ stream }) => stream === 'stderr')),
  }
}

const streamEnd = (lines: readonly Placed[]): StreamEnd =>
  lines
    .filter(({ coversOnly }) => !coversOnly)
    .reduce((end, { offset, partial }) => laterEnd(end, { offset, isWhole: !partial }), noLine)

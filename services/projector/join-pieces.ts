// Pure: pieces of several windows of time → stretches of all their lines, the same that one statement over all windows
// would give. No line is in two windows, so joining only finds out where the bytes of one window continue those of
// another (decision 0015).
import { compare } from '#shared/compare.ts'
import { AfterlogError } from '#shared/errors.ts'
import { stretchesMax, type LineLife, type StretchRow } from '#shared/pod-model/rows.ts'
import { byPlace, foldMarks, isMark } from '#shared/pod-model/seal/fold-marks.ts'
import { laterEnd } from '#shared/pod-model/seal/stream-end.ts'
import { piecesMax, type PieceRow } from './count-lines/lines-in-window.ts'

export interface PieceJoiner {
  /** Adds the pieces of one window. The joiner holds at most `piecesMax` pieces of each life. */
  add(pieces: readonly PieceRow[]): void
  /**
   * Stretches in the order of files and places, at most `stretchesMax` of each life. Throws query-limit where more
   * pieces are needed.
   */
  stretches(): StretchRow[]
}

interface LifePieces {
  pieces: PieceRow[]
  /** The last piece before others were left out. */
  cut: PieceRow | undefined
}

export function createPieceJoiner(): PieceJoiner {
  const lives = new Map<string, LifePieces>()
  return {
    add(pieces) {
      for (const [key, added] of Map.groupBy(pieces, keyOfLife)) {
        const before = lives.get(key) ?? { pieces: [], cut: undefined }
        const cut = added.length < piecesMax ? before.cut : firstOf(before.cut, added.at(-1)!)
        lives.set(key, within({ pieces: joined([...before.pieces, ...added]), cut }))
      }
    },
    stretches: () => [...lives.values()].flatMap(stretchesOf),
  }
}

const firstOf = (a: PieceRow | undefined, b: PieceRow): PieceRow => (a === undefined || byPlace(b, a) < 0 ? b : a)

function within({ pieces, cut }: LifePieces): LifePieces {
  const complete = cut === undefined ? pieces : pieces.filter((piece) => byPlace(piece, cut) <= 0)
  return complete.length <= piecesMax
    ? { pieces: complete, cut }
    : { pieces: complete.slice(0, piecesMax), cut: complete[piecesMax - 1]! }
}

function stretchesOf({ pieces, cut }: LifePieces): StretchRow[] {
  const stretches = foldMarks(pieces)
  // Later windows closed holes, so that too few are left: those that were left out may belong here.
  if (cut !== undefined && stretches.length < stretchesMax)
    throw new AfterlogError(
      'query-limit',
      `the log files of container "${cut.container}" are stored in too many pieces to find which bytes are missing`,
    )
  return stretches
    .slice(0, stretchesMax)
    .map(({ lastStart: _start, lastFrom: _from, open: _open, ...stretch }) => stretch)
}

/** Marks stand among the others, and join none. */
function joined(pieces: readonly PieceRow[]): PieceRow[] {
  const marks = pieces.filter(isMark)
  const result: PieceRow[] = []
  for (const next of pieces.filter((piece) => !isMark(piece)).toSorted(byPlace)) {
    const last = result.at(-1)
    if (last === undefined || !meets(last, next)) result.push(next)
    else result[result.length - 1] = together(last, next)
  }
  return marks.length === 0 ? result : [...result, ...foldMarks(marks.toSorted(byPlace))].toSorted(byPlace)
}

/** Whether `next` continues `last` without a hole. All lines without an offset are one piece of their file. */
const meets = (last: PieceRow, next: PieceRow): boolean =>
  last.file === next.file &&
  last.from < 0 === next.from < 0 &&
  (next.from < 0 || next.from <= last.to || last.open === 1)

/** One piece of two. `next` starts where `last` does, or behind that. */
function together(last: PieceRow, next: PieceRow): PieceRow {
  const end = endsBehind(next, last) ? next : last
  const sum = (of: (piece: PieceRow) => number): number => of(last) + of(next)
  // Two lines of different times at one place clash. A line that starts within another overlaps it, where all lengths
  // are known.
  const onePlace = next.from === last.from || next.from === last.lastStart
  const overlapping = !onePlace && next.from < last.to && last.unmeasured === 0
  return {
    ...last,
    firstAt: next.from === last.from && next.firstAt < last.firstAt ? next.firstAt : last.firstAt,
    earliest: next.earliest < last.earliest ? next.earliest : last.earliest,
    to: end.to,
    lastAt: end.lastAt,
    ended: end.ended,
    lastFrom: end.lastFrom,
    endsInside: sum(({ endsInside, ended }) => endsInside + Number(ended)) - Number(end.ended),
    places: sum(({ places }) => places) - Number(onePlace),
    unmeasured: sum(({ unmeasured }) => unmeasured),
    clashes: sum(({ clashes }) => clashes) + Number(onePlace),
    overlaps: sum(({ overlaps }) => overlaps) + Number(overlapping),
    stdoutEnd: laterEnd(last.stdoutEnd, next.stdoutEnd),
    stderrEnd: laterEnd(last.stderrEnd, next.stderrEnd),
    lastStart: Math.max(last.lastStart, next.lastStart),
    open: next.lastStart >= last.lastStart ? next.open : last.open,
  }
}

/**
 * Whether the last line of `a` is behind that of `b`: by end, by start, then without an end of file, then the earlier
 * one.
 */
function endsBehind(a: PieceRow, b: PieceRow): boolean {
  const order =
    a.to - b.to || a.lastFrom - b.lastFrom || Number(b.ended) - Number(a.ended) || compare(b.lastAt, a.lastAt)
  return order > 0
}

const keyOfLife = ({ uid, cluster, namespace, pod, container, restart, containerId }: LineLife): string =>
  JSON.stringify([uid, cluster, namespace, pod, container, restart, containerId])

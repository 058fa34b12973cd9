// Pure: stretches of several windows of time → stretches of all their lines, the same that one statement over all of them would give.
// Lines of different windows have different times, so no line is in two of them; what is to be found out is where the bytes of one window
// go on with those of another.
import { compare } from '#shared/compare.ts'
import { AfterlogError } from '#shared/errors.ts'
import { stretchesMax, type LineLife, type StretchRow } from '#shared/pod-model/rows.ts'
import { piecesMax, type PieceRow } from './count-lines/lines-in-window.ts'

export interface PieceJoiner {
  /** Takes the pieces of one window. Holds a bounded number of pieces of each life. */
  add(pieces: readonly PieceRow[]): void
  /** In the order of the files' names and of places, a bounded number of each life. */
  stretches(): StretchRow[]
}

interface LifePieces {
  pieces: PieceRow[]
  /** The piece from which on others were left out. */
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
  const known = cut === undefined ? pieces : pieces.filter((piece) => byPlace(piece, cut) <= 0)
  return known.length <= piecesMax ? { pieces: known, cut } : { pieces: known.slice(0, piecesMax), cut: known[piecesMax - 1]! }
}

function stretchesOf({ pieces, cut }: LifePieces): StretchRow[] {
  // Windows that came later closed the holes that were too many before: what was left out by then may have been lines.
  if (cut !== undefined && pieces.length < stretchesMax)
    throw new AfterlogError('query-limit', `the log files of container ${cut.container} are in too many pieces to be joined`)
  return pieces.slice(0, stretchesMax).map(({ lastStart: _start, lastFrom: _from, open: _open, ...stretch }) => stretch)
}

function joined(pieces: readonly PieceRow[]): PieceRow[] {
  const result: PieceRow[] = []
  for (const next of pieces.toSorted(byPlace)) {
    const last = result.at(-1)
    if (last === undefined || !meets(last, next)) result.push(next)
    else result[result.length - 1] = together(last, next)
  }
  return result
}

const byPlace = (a: PieceRow, b: PieceRow): number =>
  compare(a.file, b.file) || a.from - b.from || compare(a.earliest, b.earliest)

/** Lines without an offset are one piece of their file. */
const meets = (last: PieceRow, next: PieceRow): boolean =>
  last.file === next.file && last.from < 0 === next.from < 0 && (next.from < 0 || next.from <= last.to || last.open === 1)

/** `next` starts where `last` does or behind it. */
function together(last: PieceRow, next: PieceRow): PieceRow {
  const end = endsBehind(next, last) ? next : last
  const sum = (of: (piece: PieceRow) => number): number => of(last) + of(next)
  // Two lines of different times at one place clash; one that starts within another overlaps it, if the lengths between are known.
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
    lastStart: Math.max(last.lastStart, next.lastStart),
    open: next.lastStart >= last.lastStart ? next.open : last.open,
  }
}

/** As the statement orders them: by end, by start, the one that is not marked as the last of its file, the earlier one. */
function endsBehind(a: PieceRow, b: PieceRow): boolean {
  const order = a.to - b.to || a.lastFrom - b.lastFrom || Number(b.ended) - Number(a.ended) || compare(b.lastAt, a.lastAt)
  return order > 0
}

const keyOfLife = ({ uid, cluster, namespace, pod, container, restart, containerId }: LineLife): string =>
  JSON.stringify([uid, cluster, namespace, pod, container, restart, containerId])

// Pieces of windows of time, joined, are the stretches of all lines together.
import { expect, test } from 'vitest'
import { stretchesOfLines, type PlacedLine } from '#shared/pod-model/seal/stretches-of-lines.ts'
import { sealOf } from '#shared/pod-model/seal/seal.ts'
import { createPieceJoiner } from '#projector/join-pieces.ts'
import { piecesMax, type PieceRow } from '#projector/count-lines/lines-in-window.ts'
import { randomRun } from '#test/support/seal-runs.ts'

const life = { uid: 'u', cluster: 'c', namespace: 'n', pod: 'p', container: 'app', restart: 0, containerId: '' }
const startMs = Date.UTC(2026, 10, 23, 14)

/** What is stored of a run: of lines that were sent again what came last. */
function linesOf(seed: number): PlacedLine[] {
  const { batches } = randomRun(seed, 'p', startMs)
  const lines = new Map(batches.flat().map((line) => [`${line.cri} ${line.offset ?? -1}`, line]))
  return [...lines.values()].map(({ cri, offset = -1, length = -1, file = '', eof = false }) => ({
    file,
    offset,
    length,
    at: cri.slice(0, 30),
    eof,
    partial: false,
    stream: 'stdout',
    coversOnly: false,
  }))
}

/** As count-lines/lines-in-window.ts `linePieces` has the engine work them out. */
function piecesOf(lines: readonly PlacedLine[]): PieceRow[] {
  const stretches = stretchesOfLines(lines)
  return stretches.map((stretch, i) => {
    const next = stretches[i + 1]
    const isBehind = ({ offset }: PlacedLine): boolean => next?.file === stretch.file && next.from >= 0 && offset >= next.from
    const own = lines.filter((line) => line.file === stretch.file && line.offset < 0 === stretch.from < 0)
    const within = own.filter((line) => line.offset >= stretch.from && !(stretch.from >= 0 && isBehind(line)))
    const last = within
      .toSorted((a, b) => a.offset - b.offset || (a.at < b.at ? -1 : a.at > b.at ? 1 : a.length - b.length))
      .at(-1)!
    const ends = within.filter(({ offset, length, at }) => offset + Math.max(length, 0) === stretch.to && at === stretch.lastAt)
    const lastFrom = Math.max(...ends.map(({ offset }) => offset))
    return { ...life, ...stretch, lastStart: last.offset, lastFrom, open: last.length < 0 ? 1 : 0 }
  })
}

const joinedFrom = (windows: readonly (readonly PlacedLine[])[]) => {
  const joiner = createPieceJoiner()
  for (const window of windows) joiner.add(piecesOf(window))
  return joiner.stretches()
}
/** Lines in windows of as many different times. */
function cut(lines: readonly PlacedLine[], timesAtOnce: number): PlacedLine[][] {
  const times = [...Map.groupBy(lines, ({ at }) => at)].toSorted(([a], [b]) => (a < b ? -1 : 1))
  const windows: PlacedLine[][] = []
  for (let i = 0; i < times.length; i += timesAtOnce) windows.push(times.slice(i, i + timesAtOnce).flatMap(([, of]) => of))
  return windows
}
const sealsOf = (stretches: ReturnType<typeof stretchesOfLines>, lines: readonly PlacedLine[]) => {
  const times = lines.map(({ at }) => at).toSorted()
  const evidence = { lines: lines.length, stretches, losses: [], startedAt: null, firstLine: times[0]!, lastLine: times.at(-1)! }
  return (['ended', 'running', 'vanished', 'unknown'] as const).map((end) => sealOf({ ...evidence, end }))
}

test('of 1,000 random lives, cut into windows of one to nine times each', () => {
  let exact = 0
  for (let seed = 0; seed < 1000; seed++) {
    const lines = linesOf(seed)
    if (lines.length === 0) continue
    const whole = stretchesOfLines(lines)
    const joined = joinedFrom(cut(lines, 1 + (seed % 9)))
    expect([seed, sealsOf(joined, lines)]).toEqual([seed, sealsOf(whole, lines)])
    // Where bytes of two windows lie among each other it is said that they do, not how often.
    if (whole.some(({ from, clashes, overlaps }) => from >= 0 && clashes + overlaps > 0)) continue
    expect([seed, joined]).toEqual([seed, whole.map((stretch) => ({ ...life, ...stretch }))])
    exact++
  }
  expect(exact).toBeGreaterThan(500)
})

const lineAt = (number: number, offset: number): PlacedLine => ({
  file: 'f',
  offset,
  length: 10,
  at: `2026-11-23T14:00:00.${String(number).padStart(9, '0')}Z`,
  eof: false,
  partial: false,
  stream: 'stdout',
  coversOnly: false,
})

test('of a life in more pieces than are held the first are kept, and windows that close holes among them are not believed', () => {
  const odd = Array.from({ length: 3 * piecesMax }, (_, i) => lineAt(i, i * 20))
  const joiner = createPieceJoiner()
  joiner.add(piecesOf(odd.slice(0, 2000)))
  joiner.add(piecesOf(odd.slice(2000, 3000)))
  expect(joiner.stretches()).toHaveLength(1000)
  joiner.add(piecesOf(odd.map(({ offset }, i) => lineAt(10_000 + i, offset + 10)).slice(0, 2000)))
  expect(() => joiner.stretches()).toThrow('too many pieces')
})

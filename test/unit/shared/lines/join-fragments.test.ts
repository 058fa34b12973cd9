import { expect, test } from 'vitest'
import type { Line } from '#shared/lines/row-decoder.ts'
import { cutMark, joinedBytesMax } from '#shared/lines/assembly.ts'
import { createJoiner, streamKey } from '#shared/lines/join-fragments.ts'
import { splits, storedRows } from '#test/support/fragment-splits.ts'

const row = (message: string | Buffer, partial: boolean, over: Partial<Line> = {}): Line => ({
  ts: 0n,
  cluster: '',
  namespace: '',
  pod: 'p',
  podUid: 'u',
  container: 'c',
  restart: 0,
  containerId: '',
  node: '',
  unit: '',
  stream: 'stdout',
  partial,
  severity: '',
  message: Buffer.from(message),
  traceId: '',
  spanId: '',
  labels: {},
  attributes: {},
  offset: -1,
  length: -1,
  file: '',
  received: 0,
  arrival: 0n,
  seq: 0,
  identity: 0n,
  ...over,
})
const texts = (lines: readonly Line[]): string[] =>
  lines.map(({ message, partial }) => `${message.toString()}${partial ? '…' : ''}`)

test('fragments join within their stream, in the place of the first', () => {
  const rows = [
    row('a', true),
    row('x', false, { stream: 'stderr' }),
    row('b', true),
    row('other life', true, { restart: 1 }),
    row('c', false),
  ]
  const { lines, open } = createJoiner().join(rows)
  expect(texts(lines)).toEqual(['abc', 'x', 'other life…'])
  expect(open.map(({ last }) => last)).toEqual([rows[3]])
})

test('the end of a line that began earlier is left out', () => {
  const joiner = createJoiner()
  joiner.recall(streamKey(row('', false)), [row('begin', true)])
  expect(texts(joiner.join([row('end', false), row('next', false)]).lines)).toEqual(['next'])
})

test('an open line is finished by what is looked up, and cut at its cap with a mark', () => {
  const { lines, open } = createJoiner().join([row('a', true)])
  expect(open[0]!.extend([row('b', true)])).toBe(false)
  expect(open[0]!.extend([row('x'.repeat(joinedBytesMax), true), row('c', false), row('not mine', false)])).toBe(true)
  const { message, partial } = lines[0]!
  expect(message.length).toBe(joinedBytesMax)
  expect(message.subarray(-cutMark.length)).toEqual(cutMark)
  expect(message.toString('utf8', 0, 3)).toBe('abx')
  expect(partial).toBe(false)
})

test.each<[string, number[]]>([
  ['alone', []],
  ['among lines of the other stream', [1, 2, 5]],
])('the fragments of a file in any two ways of batches are its lines, %s', (_, stderrBefore) => {
  const expected = ['a-b-c', 'next', 'd-e']
  for (const one of splits)
    for (const other of splits) {
      const rows = storedRows([one, other], stderrBefore).map(({ message, partial, ...over }) => row(message, partial, over))
      const whole = createJoiner().join(rows).lines
      const ofStdout = (lines: readonly Line[]) => texts(lines.filter(({ stream }) => stream === 'stdout'))
      expect(ofStdout(whole), `${one} ${other}`).toEqual(expected)
      // Cut anywhere, what is looked ahead and what is kept agree.
      for (let cut = 1; cut < rows.length; cut++) {
        const joiner = createJoiner()
        const first = joiner.join(rows.slice(0, cut))
        for (const line of first.open) line.extend(rows.slice(cut).filter((later) => streamKey(later) === streamKey(line.line)))
        const lines = [...first.lines, ...joiner.join(rows.slice(cut)).lines]
        expect(ofStdout(lines), `${one} ${other} cut at ${cut}`).toEqual(expected)
      }
    }
})

test('without offsets a row that begins with the same record again is the same line, where its time names the record', () => {
  const at = (message: string, partial: boolean, ts: bigint) => row(message, partial, { ts })
  const lines = (...rows: Line[]) => texts(createJoiner().join(rows).lines)
  expect(lines(at('be', true, 1n), at('begin', false, 1n), at('next', false, 2n))).toEqual(['begin', 'next'])
  expect(lines(at('begin', false, 1n), at('be', true, 1n), at('next', false, 2n))).toEqual(['begin', 'next'])
  expect(lines(at('be', true, 1n), at('begi', true, 1n), at('n', false, 3n))).toEqual(['begin'])
  // Whole seconds name no record, and equal lines are two.
  expect(lines(at('be', true, 0n), at('begin', false, 0n))).toEqual(['bebegin'])
  expect(lines(at('x', false, 1n), at('x', false, 1n))).toEqual(['x', 'x'])
})

test('what only looks like a repetition is kept', () => {
  const at = (message: string, partial: boolean, offset: number, ts: bigint) => row(message, partial, { offset, ts, length: 40 })
  const lines = (rows: readonly Line[]) => texts(createJoiner().join(rows).lines)
  // An agent died behind the first fragment and sent the line whole afterwards; the next line reads like its end.
  expect(
    lines([
      at('a-', true, 0, 1n),
      row('a-x', false, { offset: 0, ts: 1n, length: 80 }),
      at('x', false, 80, 3n),
      at('x', false, 120, 4n),
    ]),
  ).toEqual(['a-x', 'x', 'x'])
  // Offset 0 always.
  expect(lines([at('aa', false, 0, 1n), at('a', false, 0, 2n), at('b', true, 0, 3n), at('c', false, 0, 4n)])).toEqual([
    'aa',
    'a',
    'bc',
  ])
  // Lines without fragments.
  expect(lines([at('x', false, 0, 1n), at('x', false, 40, 1n), at('', false, 80, 1n)])).toEqual(['x', 'x', ''])
})

test('an agent that goes on within a line repeats nothing', () => {
  const at = (message: string, partial: boolean, offset: number, length: number) =>
    row(message, partial, { offset, length, ts: BigInt(offset) })
  const lines = (...rows: Line[]) => texts(createJoiner().join(rows).lines)
  expect(lines(at('abc', false, 0, 120), at('bc', false, 40, 80), at('c', false, 80, 40))).toEqual(['abc'])
  expect(lines(at('ab', true, 0, 80), at('bc', false, 40, 80), at('d', false, 120, 40))).toEqual(['abc', 'd'])
  // A fragment is never glued behind one that begins later.
  expect(lines(at('ab', true, 40, 80), { ...at('z', false, 20, 40), ts: 50n })).toEqual(['ab…', 'z'])
})

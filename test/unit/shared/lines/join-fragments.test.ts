import { expect, test } from 'vitest'
import { cutMark, joinedBytesMax } from '#shared/lines/assembly.ts'
import { createJoiner, lifeKey, streamKey, type Joiner } from '#shared/lines/join-fragments.ts'
import { compareKeys, type LineKey } from '#shared/lines/line-order.ts'
import { keyOf, type Line } from '#shared/lines/row-decoder.ts'
import { lineRow as row } from '#test/support/line-row.ts'
import { splits, storedRows } from '#test/support/fragment-splits.ts'

const texts = (lines: readonly Line[]): string[] =>
  lines.map(({ message, partial }) => `${message.toString()}${partial ? '…' : ''}`)

/** Joins rows, among which other streams are found. `parts`: rows of the store whose text is in some of them. */
const joinerOf = (rows: readonly Line[], parts: readonly Line[] = []): Joiner => {
  const lookUp = (all: readonly Line[]) => (after: LineKey, to: Line) => {
    const between = all.filter((each) => compareKeys(keyOf(each), after) > 0 && compareKeys(keyOf(each), keyOf(to)) < 0)
    const isFound = (each: Line) => parts.includes(each) || each.stream !== to.stream
    return Promise.resolve(between.filter((each) => isFound(each) && lifeKey(each) === lifeKey(to)))
  }
  const inStore = [...rows, ...parts].toSorted((a, b) => compareKeys(keyOf(a), keyOf(b)))
  return createJoiner({ atHand: lookUp(rows), inStore: lookUp(inStore) })
}
const linesOf = async (rows: readonly Line[]): Promise<string[]> => texts((await joinerOf(rows).join(rows)).lines)

test('fragments join within their stream, in the place of the first', async () => {
  const rows = [
    row('a', true),
    row('x', false, { stream: 'stderr' }),
    row('b', true),
    row('other life', true, { restart: 1 }),
    row('c', false),
  ]
  const { lines, open } = await joinerOf(rows).join(rows)
  expect(texts(lines)).toEqual(['abc', 'x', 'other life…'])
  expect(open.map(({ last }) => last)).toEqual([rows[3]])
})

test('two instances of a container that have one restart number share no line', async () => {
  const at = (message: string, partial: boolean, containerId: string) => row(message, partial, { containerId })
  const [a, b] = ['a'.repeat(12), 'b'.repeat(12)]
  expect(await linesOf([at('be', true, a), at('own', false, b)])).toEqual(['be…', 'own'])
  expect(await linesOf([at('be', true, ''), at('gi', true, a), at('own', false, b)])).toEqual(['begi…', 'own'])
  expect(await linesOf([at('be', true, a), at('gin', false, '')])).toEqual(['begin'])
  // Nor do lines of the other one fill what is missing.
  const placed = (message: string, offset: number, over: Partial<Line>) =>
    row(message, false, { offset, length: 10, ts: BigInt(offset), containerId: a, ...over })
  const err = (containerId: string) => placed('err', 10, { stream: 'stderr', containerId })
  const linesWith = (other: Line) => linesOf([placed('be', 0, { partial: true }), other, placed('gin', 20, {})])
  expect(await linesWith(err(b))).toEqual(['be…', 'err', 'gin'])
  expect(await linesWith(err(''))).toEqual(['begin', 'err'])
})

test('the end of a line that began earlier is left out', async () => {
  const joiner = joinerOf([])
  await joiner.recall(streamKey(row('', false)), [row('begin', true)])
  expect(texts((await joiner.join([row('end', false), row('next', false)])).lines)).toEqual(['next'])
})

test('an open line is finished by what is looked up, and cut at its cap with a mark', async () => {
  const { lines, open } = await joinerOf([]).join([row('a', true)])
  expect(await open[0]!.extend([row('b', true)])).toBe(false)
  expect(await open[0]!.extend([row('x'.repeat(joinedBytesMax), true), row('c', false), row('not mine', false)])).toBe(true)
  const { message, partial } = lines[0]!
  expect(message.length).toBe(joinedBytesMax)
  expect(message.subarray(-cutMark.length)).toEqual(cutMark)
  expect(message.toString('utf8', 0, 3)).toBe('abx')
  expect(partial).toBe(false)
})

test.each<[string, number[]]>([
  ['alone', []],
  ['among lines of the other stream', [1, 2, 5]],
])('the fragments of a file in any two ways of batches are its lines, %s', async (_, stderrBefore) => {
  const expected = ['a-b-c', 'next', 'd-e']
  for (const one of splits)
    for (const other of splits) {
      const rows = storedRows([one, other], stderrBefore).map(({ message, partial, ...over }) => row(message, partial, over))
      const whole = (await joinerOf(rows).join(rows)).lines
      const ofStdout = (lines: readonly Line[]) => texts(lines.filter(({ stream }) => stream === 'stdout'))
      expect(ofStdout(whole), `${one} ${other}`).toEqual(expected)
      // Cut anywhere, what is looked ahead and what is kept agree.
      for (let cut = 1; cut < rows.length; cut++) {
        const joiner = joinerOf(rows)
        const first = await joiner.join(rows.slice(0, cut))
        for (const line of first.open)
          await line.extend(rows.slice(cut).filter((later) => streamKey(later) === streamKey(line.line)))
        const lines = [...first.lines, ...(await joiner.join(rows.slice(cut))).lines]
        expect(ofStdout(lines), `${one} ${other} cut at ${cut}`).toEqual(expected)
      }
    }
})

test('without offsets a row that begins with the same record again is the same line, where its time names the record', async () => {
  const at = (message: string, partial: boolean, ts: bigint) => row(message, partial, { ts })
  const lines = (...rows: Line[]) => linesOf(rows)
  expect(await lines(at('be', true, 1n), at('begin', false, 1n), at('next', false, 2n))).toEqual(['begin', 'next'])
  expect(await lines(at('begin', false, 1n), at('be', true, 1n), at('next', false, 2n))).toEqual(['begin', 'next'])
  expect(await lines(at('be', true, 1n), at('begi', true, 1n), at('n', false, 3n))).toEqual(['begin'])
  // Whole seconds name no record, and equal lines are two.
  expect(await lines(at('be', true, 0n), at('begin', false, 0n))).toEqual(['bebegin'])
  expect(await lines(at('x', false, 1n), at('x', false, 1n))).toEqual(['x', 'x'])
})

test('what only looks like a repetition is kept', async () => {
  const at = (message: string, partial: boolean, offset: number, ts: bigint) => row(message, partial, { offset, ts, length: 40 })
  // An agent died behind the first fragment and sent the line whole afterwards; the next line reads like its end.
  expect(
    await linesOf([
      at('a-', true, 0, 1n),
      row('a-x', false, { offset: 0, ts: 1n, length: 80 }),
      at('x', false, 80, 3n),
      at('x', false, 120, 4n),
    ]),
  ).toEqual(['a-x', 'x', 'x'])
  // Offset 0 always.
  expect(await linesOf([at('aa', false, 0, 1n), at('a', false, 0, 2n), at('b', true, 0, 3n), at('c', false, 0, 4n)])).toEqual([
    'aa',
    'a',
    'bc',
  ])
  // Lines without fragments.
  expect(await linesOf([at('x', false, 0, 1n), at('x', false, 40, 1n), at('', false, 80, 1n)])).toEqual(['x', 'x', ''])
})

test('an agent that goes on within a line repeats nothing', async () => {
  const at = (message: string, partial: boolean, offset: number, length: number) =>
    row(message, partial, { offset, length, ts: BigInt(offset) })
  const lines = (...rows: Line[]) => linesOf(rows)
  expect(await lines(at('abc', false, 0, 120), at('bc', false, 40, 80), at('c', false, 80, 40))).toEqual(['abc'])
  expect(await lines(at('ab', true, 0, 80), at('bc', false, 40, 80), at('d', false, 120, 40))).toEqual(['abc', 'd'])
  // A fragment is never glued behind one that begins later.
  expect(await lines(at('ab', true, 40, 80), { ...at('z', false, 20, 40), ts: 50n })).toEqual(['ab…', 'z'])
})

test('what is behind lost bytes is another line, whatever it says', async () => {
  const at = (offset: number, message: string, over: Partial<Line> = {}) =>
    row(message, false, { offset, length: 60, file: 'f', ts: BigInt(offset + 1), ...over })
  const begin = at(0, 'AA', { partial: true })
  const err = (offset: number, over: Partial<Line> = {}) => at(offset, 'err', { stream: 'stderr', ...over })
  const lines = (...rows: Line[]) => linesOf(rows)
  expect(await lines(begin, at(500, 'other'), at(560, 'next'))).toEqual(['AA…', 'other', 'next'])
  expect(await lines(begin, at(500, 'other', { ts: 1n }))).toEqual(['AA…', 'other'])
  expect(await lines(begin, at(60, 'BB'))).toEqual(['AABB'])
  // Another line reads like the end of one that was sent again.
  expect(await lines(begin, at(0, 'AABB', { length: 120 }), at(500, 'BB'))).toEqual(['AABB', 'BB'])
  // Lines of stderr fill what is between, or leave a hole.
  expect(await lines(begin, err(60), err(120), at(180, 'BB'))).toEqual(['AABB', 'err', 'err'])
  expect(await lines(begin, err(60), at(180, 'other'))).toEqual(['AA…', 'err', 'other'])
  expect(await lines(begin, err(120), at(180, 'other'))).toEqual(['AA…', 'err', 'other'])
  expect(await lines(begin, err(60, { restart: 1 }), at(120, 'other'))).toEqual(['AA…', 'err', 'other'])
  // The next file goes on at its begin alone.
  const inNext = (offset: number, message: string) => at(offset, message, { file: 'g', ts: 9000n })
  expect(await lines(begin, inNext(0, 'BB'))).toEqual(['AABB'])
  expect(await lines(begin, inNext(60, 'other'))).toEqual(['AA…', 'other'])
  // Nor where a line of stderr proves that the end was lost in its file, or with all of a file.
  expect(await lines(begin, err(5000), inNext(0, 'own'))).toEqual(['AA…', 'err', 'own'])
  expect(await lines(begin, at(5000, 'far'), inNext(0, 'own'))).toEqual(['AA…', 'far', 'own'])
  expect(await lines(begin, err(5000), err(0, { file: 'g', ts: 6000n }), at(60, 'own', { file: 'g', ts: 7000n }))).toEqual([
    'AA…',
    'err',
    'err',
    'own',
  ])
  expect(await lines(begin, err(100, { file: 'f2' }), inNext(0, 'own'))).toEqual(['AA…', 'err', 'own'])
  expect(await lines(begin, err(60), inNext(0, 'BB'))).toEqual(['AABB', 'err'])
  // Without lengths nothing says that bytes are missing.
  expect(await lines({ ...begin, length: -1 }, at(500, 'BB'))).toEqual(['AABB'])
})

test('behind a rotation a line goes on where lines of the other stream fill its file from the begin on', async () => {
  const at = (message: string, file: string, offset: number, over: Partial<Line> = {}) =>
    row(message, false, { offset, length: 10, file, ts: BigInt(offset + 1) + (file === 'a' ? 0n : 1000n), ...over })
  const stderr = { stream: 'stderr' }
  // Whichever of the two offsets is the larger one, and whatever text stands in the line already.
  for (const offset of [0, 100]) {
    const begin = at('be-gin-', 'a', offset, { partial: true })
    expect(await linesOf([begin, at('err', 'b', 0, stderr), at('gin', 'b', 10)])).toEqual(['be-gin-gin', 'err'])
    expect(await linesOf([begin, at('err', 'a', offset + 10, stderr), at('err', 'b', 0, stderr), at('gin', 'b', 10)])).toEqual([
      'be-gin-gin',
      'err',
      'err',
    ])
    expect(
      await linesOf([
        begin,
        at('err', 'b', 0, stderr),
        at('gin', 'b', 10, { partial: true }),
        at('!', 'b', 20),
        at('x', 'b', 30),
      ]),
    ).toEqual(['be-gin-gin!', 'err', 'x'])
    // Bytes are missing in front of the line, in the file before, or nobody knows.
    const lost = ['be-gin-…', 'err', 'gin']
    expect(await linesOf([begin, at('err', 'b', 0, stderr), at('gin', 'b', 20)])).toEqual(lost)
    expect(await linesOf([begin, at('err', 'b', 10, stderr), at('gin', 'b', 20)])).toEqual(lost)
    expect(await linesOf([begin, at('err', 'a', 500, stderr), at('gin', 'b', 10)])).toEqual(lost)
    expect(await linesOf([begin, at('gin', 'b', 10)])).toEqual(['be-gin-…', 'gin'])
    if (offset > 10) expect(await linesOf([{ ...begin, length: -1 }, at('gin', 'b', 10)])).toEqual(['be-gin-…', 'gin'])
    const holed = [begin, at('err', 'b', 0, stderr), at('err', 'b', 20, stderr), at('own', 'c', 0, { ts: 9000n })]
    expect(await linesOf(holed)).toEqual(['be-gin-…', 'err', 'err', 'own'])
  }
})

test('fragments of one time go on in the next file, and not in their own', async () => {
  const at = (message: string, file: string, offset: number, over: Partial<Line> = {}) =>
    row(message, false, { offset, length: 10, file, ts: 5n, ...over })
  const begin = at('be', 'a', 1000, { partial: true })
  expect(await linesOf([begin, at('gin', 'b', 0)])).toEqual(['begin'])
  expect(await linesOf([begin, at('err', 'b', 0, { stream: 'stderr' }), at('gin', 'b', 10)])).toEqual(['begin', 'err'])
  expect(await linesOf([begin, at('own', 'a', 2000)])).toEqual(['be…', 'own'])
  // Offset 0 always: a record of the file and time of the begin is another one that was sent.
  expect(await linesOf([at('be', 'a', 0, { partial: true, length: -1 }), at('own', 'a', 0)])).toEqual(['be…', 'own'])
})

test('what parts of joined lines cover is known, and no text is taken twice', async () => {
  const at = (message: string, file: string, offset: number, ts: bigint, over: Partial<Line> = {}) =>
    row(message, false, { offset, length: 10, file, ts, ...over })
  const partial = { partial: true }
  const joined = at('begin-middle-', 'a', 1000, 1n, partial)
  const middle = at('middle-', 'b', 0, 2n, partial)
  const lines = async (parts: readonly Line[], ...rows: Line[]) => texts((await joinerOf(rows, parts).join(rows)).lines)
  // A batch went on with the middle alone, or with nothing of the line.
  expect(await lines([middle], joined, at('middle-end', 'b', 0, 2n, { identity: 1n }))).toEqual(['begin-middle-end'])
  expect(await lines([middle], joined, at('end', 'b', 10, 3n))).toEqual(['begin-middle-end'])
  expect(await lines([middle, at('middle-', 'b', 0, 2n, { ...partial, length: 5 })], joined, at('end', 'b', 10, 3n))).toEqual([
    'begin-middle-end',
  ])
  // Parts of another line: that one goes on behind them.
  expect(await lines([at('other', 'b', 0, 2n)], joined, at('next', 'b', 10, 3n))).toEqual(['begin-middle-…', 'next'])
  expect(await lines([at('x'.repeat(70_000), 'b', 0, 2n)], joined, at('next', 'b', 10, 3n))).toEqual(['begin-middle-…', 'next'])
  // Of the other stream they fill the file.
  const err = at('err-', 'b', 0, 2n, { stream: 'stderr', partial: true })
  expect(await lines([err], at('be', 'a', 1000, 1n, partial), at('gin', 'b', 10, 3n))).toEqual(['begin'])
})

test('what is looked up of other streams ends at a thousand lines', async () => {
  const length = 10
  const at = (offset: number, over: Partial<Line>) => row('b', false, { offset, length, ts: BigInt(offset), ...over })
  const rows = (others: number) => [
    at(0, { partial: true }),
    ...Array.from({ length: others }, (_, i) => at((i + 1) * length, { stream: 'stderr' })),
    at((others + 1) * length, {}),
  ]
  const count = async (others: number) => (await linesOf(rows(others))).length - others
  expect([await count(1000), await count(1001)]).toEqual([1, 2])
})

// Fragments of one batch, and of several, as rows. A row that comes with `absorbed` hides the row of its time and
// identity, here as in the store.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { OpenFragments } from '#ingest/normalise/open-fragments.ts'
import { createMessageRun } from '#ingest/sources/message-runs.ts'
import { createBufferPool } from '#ingest/buffer/buffer-pool.ts'
import { batch, decodeOptions, logRows, only, path, record } from '#test/support/decode.ts'
import { scale, seed } from '#test/support/campaign.ts'
import { fileOf, fragment, post, rowStore, texts, type Said } from '#test/support/fragments.ts'

describe('fragments', () => {
  const at = (ns: number, text: string, offset: number) => ({
    path,
    offset,
    length: 10,
    cri: `2026-11-23T10:00:00.${String(ns).padStart(9, '0')}Z ${text}`,
  })

  test('P … P F become one line with the first time and offset, streams apart', () => {
    const decoded = batch(
      at(1, 'stdout P a', 0),
      at(2, 'stderr P x', 10),
      at(3, 'stdout P b', 20),
      at(4, 'stderr F y', 30),
      at(5, 'stdout F c', 40),
    )
    expect(decoded.accepted).toBe(5)
    // Each joined line covers its first bytes; the others, which lie apart from them, are covered by rows that are no
    // lines.
    expect(logRows(decoded)).toMatchObject([
      { message: 'xy', stream: 'stderr', offset: 10, length: 10, partial: 0, ts: '2026-11-23 10:00:00.000000002', absorbed: 0 },
      { message: 'y', stream: 'stderr', offset: 30, length: 10, absorbed: 2 },
      { message: 'abc', stream: 'stdout', offset: 0, length: 10, partial: 0, ts: '2026-11-23 10:00:00.000000001', absorbed: 0 },
      { message: 'b', stream: 'stdout', offset: 20, length: 10, absorbed: 2 },
      { message: 'c', stream: 'stdout', offset: 40, length: 10, absorbed: 2 },
    ])
  })

  test('the last of a file ends it, also where another line stands between', () => {
    const [first, other, last] = [at(1, 'stdout P a', 0), at(2, 'stderr F x', 10), at(3, 'stdout F b', 20)]
    const ends = (...records: object[]) => logRows(batch(...records)).map(({ message, eof }) => [message, eof])
    expect(ends(first, { ...last, offset: 10, eof: true })).toEqual([['ab', 1]])
    expect(ends(first, other, { ...last, eof: true })).toEqual([
      ['x', 0],
      ['ab', 0],
      ['b', 1],
    ])
  })

  test('a rotation within a line leaves the bytes of both files covered', () => {
    const [begin, other, last] = [
      at(1, 'stdout P a', 500),
      { ...at(2, 'stderr F x', 0), file: 'second' },
      { ...at(3, 'stdout F b', 10), file: 'second', eof: true },
    ]
    expect(logRows(batch({ ...begin, file: 'first', eof: true }, other, last))).toMatchObject([
      { message: 'x', file: 'second' },
      { message: 'ab', file: 'first', offset: 500, length: 10, eof: 1, absorbed: 0 },
      { message: 'b', file: 'second', offset: 10, length: 10, eof: 1, absorbed: 2 },
    ])
  })

  test('a line whose F never comes is kept as partial', () => {
    expect(logRows(batch(at(1, 'stdout P a', 0), at(2, 'stdout P b', 10)))).toMatchObject([
      { message: 'ab', partial: 1, offset: 0 },
    ])
  })

  test('a joined line is cut at 1 MiB with a mark, a record at 256 KiB', () => {
    const pieces = Array.from({ length: 5 }, (_, i) => at(i, `stdout ${i < 4 ? 'P' : 'F'} ${'é'.repeat(128 * 1024)}`, i * 10))
    const joined = String(only(batch(...pieces)).message)
    expect(joined).toMatch(/^é+ …\[cut by Afterlog: the first 1048576 of 1310720 bytes, SHA-256 [0-9a-f]{16}\]$/)
    expect(String(only(batch({ ...record, message: 'x'.repeat(300_000) })).message)).toMatch(
      /^x{262144} …\[cut by Afterlog: the first 262144 of 300000 bytes, SHA-256 [0-9a-f]{16}\]$/,
    )
  })
})

function linesOf(said: readonly Said[]): string[] {
  const open = new Map<string, { at: number; text: string }>()
  const lines: { at: number; text: string }[] = []
  for (const [i, { tag, text, stream }] of said.entries()) {
    const line = open.get(stream) ?? { at: i, text: '' }
    line.text += text
    if (tag === 'P') open.set(stream, line)
    else {
      open.delete(stream)
      lines.push(line)
    }
  }
  for (const { at, text } of open.values()) lines.push({ at, text: `${text}…` })
  return lines.toSorted((a, b) => a.at - b.at).map(({ text }) => text)
}

const said = fc.array(
  fc.record({
    tag: fc.constantFrom('P' as const, 'P' as const, 'F' as const),
    text: fc.constantFrom('', 'a', 'b', 'bb', 'error '),
    stream: fc.constantFrom('stdout' as const, 'stdout' as const, 'stderr' as const),
  }),
  { minLength: 1, maxLength: 12 },
)
const cuts = fc.array(fc.boolean(), { minLength: 12, maxLength: 12 })

function* groups<T>(records: readonly T[], cut: readonly boolean[]): Generator<T[]> {
  for (let from = 0; from < records.length;) {
    let to = from + 1
    while (to < records.length && cut[to - 1] === false) to++
    yield records.slice(from, to)
    from = to
  }
}

describe('fragments of several batches', () => {
  test('are the lines of the file, however it is cut, rotated, sent again in other groups, and refused between', () => {
    fc.assert(
      fc.property(
        said,
        fc.array(fc.tuple(cuts, cuts), { minLength: 1, maxLength: 3 }),
        fc.integer({ min: -1, max: 11 }),
        (file, sent, rotateAt) => {
          const records = fileOf(file, { placed: true, rotateAt })
          const [store, open] = [rowStore(), new OpenFragments()]
          for (const [cut, refused] of sent) {
            let i = 0
            for (const group of groups(records, cut)) {
              if (refused[i++] === true) post(store, open, group, false)
              post(store, open, group)
            }
            expect(texts(store.lines())).toEqual(linesOf(file))
          }
        },
      ),
      { numRuns: scale * 500, seed },
    )
  })

  test('without offsets are its lines too, in their order, also when they are sent again in other groups', () => {
    fc.assert(
      fc.property(said, fc.array(cuts, { minLength: 1, maxLength: 3 }), (file, sent) => {
        const [store, open] = [rowStore(), new OpenFragments()]
        for (const cut of sent) for (const group of groups(fileOf(file, { placed: false }), cut)) post(store, open, group)
        expect(texts(store.lines())).toEqual(linesOf(file))
      }),
      { numRuns: scale * 300, seed },
    )
  })

  test('cover the bytes of both files of a rotation', () => {
    const file: Said[] = [
      { tag: 'P', text: 'a', stream: 'stdout' },
      { tag: 'F', text: 'x', stream: 'stderr' },
      { tag: 'F', text: 'b', stream: 'stdout' },
    ]
    for (const cut of [[], [true], [true, true], [false, true]]) {
      const [store, open] = [rowStore(), new OpenFragments()]
      for (const group of groups(fileOf(file, { placed: true, rotateAt: 1 }), [...cut, false, false])) post(store, open, group)
      expect(new Set(store.covered())).toEqual(new Set(['first:0+42', 'second:0+42', 'second:42+42']))
    }
  })

  test('10,000 open lines are remembered, in bounded memory, and no more; a line that is forgotten stays as it is', () => {
    const open = new OpenFragments({ bytesMax: 8 * 1024 * 1024 })
    const store = rowStore()
    const begin = (i: number) => ({ ...record, pod: `p-${i}`, podUid: `u-${i}`, offset: 0, length: 100, partial: true })
    post(
      store,
      open,
      Array.from({ length: 10_500 }, (_, i) => ({ ...begin(i), message: 'begin' })),
    )
    expect(open.size).toBe(10_000)
    const end = (i: number) => ({ ...begin(i), partial: false, offset: 100, time: '2026-11-23T10:00:01Z', message: ' end' })
    post(store, open, [end(0), end(10_499)])
    expect(texts(store.lines().filter(({ pod }) => pod === 'p-0'))).toEqual(['begin…', ' end'])
    expect(texts(store.lines().filter(({ pod }) => pod === 'p-10499'))).toEqual(['begin end'])
    post(
      store,
      open,
      Array.from({ length: 50 }, (_, i) => ({ ...begin(i), message: 'x'.repeat(200_000) })),
    )
    expect(open.size).toBeLessThan(45)
  })
})

describe('fragments of several messages', () => {
  const receivedMs = decodeOptions.origin.receivedMs
  function consume(messages: readonly object[][], fetches: readonly boolean[], open = new OpenFragments(), store = rowStore()) {
    let rows = 0
    for (const fetch of groups(messages, fetches)) {
      const { retention, origin } = decodeOptions
      const onBug = (error: unknown) => expect.unreachable(String(error))
      const run = createMessageRun('native', {
        retention,
        seed: 1,
        pool: createBufferPool(1 << 20),
        open,
        bytesHint: 1024,
        onBug,
      })
      for (const records of fetch) {
        const value = Buffer.from(JSON.stringify(records.length === 1 ? records[0] : { records }))
        run.add(value, { ...origin, receivedMs }, messages.indexOf(records))
      }
      const { tables, fragments } = run.take()
      const some = logRows({ tables, accepted: 0, rejects: [] })
      rows += some.length
      store.insert(some)
      fragments?.settle(true)
    }
    return { store, rows }
  }

  test('are its lines, whatever messages and fetches they come in, twice over', () => {
    fc.assert(
      fc.property(said, cuts, cuts, cuts, fc.boolean(), (file, cut, fetches, otherFetches, placed) => {
        const messages = [...groups(fileOf(file, { placed }), cut)]
        const [open, store] = [new OpenFragments(), rowStore()]
        expect(texts(consume(messages, fetches, open, store).store.lines())).toEqual(linesOf(file))
        expect(texts(consume(messages, otherFetches, open, store).store.lines())).toEqual(linesOf(file))
      }),
      { numRuns: scale * 300, seed },
    )
  })

  test('a begin whose end never came is there beside the begin that follows it in the same fetch', () => {
    const [first, , second, end] = fileOf([fragment('P', 'a'), fragment('F', 'b'), fragment('P', 'c'), fragment('F', 'd')], {
      placed: true,
    })
    for (const [messages, lines] of [
      [
        [[first], [second]],
        ['a…', 'c…'],
      ],
      [
        [[first], [second, end]],
        ['a…', 'cd'],
      ],
      [
        [[first], [second], [end]],
        ['a…', 'cd'],
      ],
      [
        [[first], [first], [second], [end]],
        ['a…', 'cd'],
      ],
    ] as [object[][], string[]][]) {
      expect(
        texts(
          consume(
            messages,
            messages.map(() => false),
          ).store.lines(),
        ),
      ).toEqual(lines)
    }
  })

  test('one line of many messages of one fetch is one row', () => {
    const file = Array.from({ length: 64 }, (_, i): Said => ({ tag: i < 63 ? 'P' : 'F', text: 'x', stream: 'stdout' }))
    const { store, rows } = consume(
      fileOf(file, { placed: true }).map((each) => [each]),
      Array.from({ length: 64 }, () => false),
    )
    expect([rows, texts(store.lines())]).toEqual([1, ['x'.repeat(64)]])
  })
})

import { expect, test } from 'vitest'
import { parseRetention } from '#shared/retention/retention.ts'
import { createBufferPool } from '#ingest/buffer/buffer-pool.ts'
import { OpenFragments } from '#ingest/normalise/open-fragments.ts'
import { createMessageRun } from '#ingest/sources/message-runs.ts'
import { decodeOptions, logRows, record } from '#test/support/decode.ts'

const loneOrdinal = 4711

/** The rows and counts of one message of lines. */
function read(value: string) {
  const bytes = Buffer.from(value)
  const run = createMessageRun('native', {
    retention: parseRetention('default=14d'),
    seed: 1,
    pool: createBufferPool(1 << 20),
    open: new OpenFragments(),
    bytesHint: bytes.length,
    onBug: (error) => expect.unreachable(String(error)),
  })
  const outcome = run.add(bytes, decodeOptions.origin, loneOrdinal)
  return { ...outcome, rows: logRows({ ...outcome, tables: run.take().tables }) }
}

const json = JSON.stringify
const said = (...messages: string[]) => messages.map((message) => ({ ...record, message }))
const [one, two] = said('a', 'b').map((each) => json(each)) as [string, string]

test.each<[string, string, string[]]>([
  ['a batch', json({ records: said('a', 'b') }), ['a', 'b']],
  ['a batch whose records come first', `{"records":[${one}],"cluster":"eu"}`, ['a']],
  ['an empty batch', '{"records":[]}', []],
  ['an array of records', json(said('a', 'b')), ['a', 'b']],
  ['an array of one record', `[${one}]`, ['a']],
  ['an array over several lines', json(said('a', 'b'), null, 2), ['a', 'b']],
  ['an empty array', '[]', []],
  ['one record', one, ['a']],
  ['one record over several lines', json(said('a')[0], null, 2), ['a']],
  ['one record with space around it', ` \r\n${one}\r\n \n`, ['a']],
  ['one record per line', `${one}\n${two}`, ['a', 'b']],
  ['one line of NDJSON', `${one}\n`, ['a']],
  ['lines with empty ones between', `\n${one}\n\n\r\n${two}\n`, ['a', 'b']],
])('%s is read as what it is, behind byte order marks and NUL bytes too', (_, value, messages) => {
  for (const front of ['', '\ufeff', '\0', '\0\ufeff', '\ufeff\0', '\ufeff\ufeff', '\0\0\ufeff\0\ufeff\0']) {
    const { rows, accepted, rejects } = read(front + value)
    expect(rows.map(({ message }) => message)).toEqual(messages)
    expect([accepted, rejects]).toEqual([messages.length, []])
  }
})

test('only a message that is one record alone takes the ordinal of a lone record', () => {
  const ordinalsOf = (value: string) => read(value).rows.map(({ ordinal }) => ordinal)
  expect(ordinalsOf(one)).toEqual([loneOrdinal])
  expect(ordinalsOf(`[${one}]`)).toEqual([0])
  expect(ordinalsOf(`[${one},${one}]`)).toEqual([0, 1])
})

test('of an array and of lines the good records are lines, wherever the bad ones stand', () => {
  expect(read(`[7,${one},{},${two}]`)).toMatchObject({ accepted: 2, rejects: [{ index: 0 }, { index: 2 }] })
  expect(read(`[${one}]\n${two}`)).toMatchObject({ accepted: 1, rejects: [{ index: 0, reason: 'not-json' }] })
  expect(read(`{"time":"2026-11\n${two}`)).toMatchObject({ accepted: 1, rejects: [{ index: 0, reason: 'not-json' }] })
  expect(read(`ERROR boom\n${two}`)).toMatchObject({ accepted: 1, rejects: [{ index: 0, reason: 'not-json' }] })
})

test('a batch that is broken before its records is refused as a whole, though a line of it looks like a record', () => {
  const { rows, rejects } = read(`{"cluster":eu,\n"records":[\n${one},\n${two}\n]}`)
  expect(rows).toEqual([])
  expect(rejects).toMatchObject([
    { reason: 'bad-message', detail: 'the body is not JSON: expected a value, found "e" at byte 11' },
  ])
})

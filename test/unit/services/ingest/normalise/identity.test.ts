import { expect, test } from 'vitest'
import { growthOf } from '#test/support/growth.ts'
import { OrdinalCounter } from '#ingest/normalise/identity.ts'
import type { RowWriter } from '#ingest/store/row-writer.ts'
import { decodeBatch } from '#ingest/formats/native-rows.ts'
import { batch, decodeOptions, lines, logRows, path, record } from '#test/support/decode.ts'

const ordinals = (...records: object[]): unknown[] => logRows(batch(...records)).map((row) => row.ordinal)

test('equal lines of one batch are counted, different ones are not', () => {
  expect(ordinals(record, record, { ...record, message: 'other' }, record)).toEqual([0, 1, 0, 2])
})

test.each(['podUid', 'container', 'stream', 'time', 'message'] as const)(
  'lines that differ in %s are different lines',
  (field) => {
    const other = { podUid: 'u2', container: 'c2', stream: 'stdout', time: '2026-11-23T10:00:00.123456788Z', message: 'boom!' }[
      field
    ]
    expect(ordinals(record, { ...record, [field]: other })).toEqual([0, 0])
  },
)

test('lines with an offset need no ordinal', () => {
  expect(ordinals({ ...record, offset: 1 }, { ...record, offset: 2 }, { ...record, offset: 1 })).toEqual([0, 0, 0])
})

test('an ordinal that the sender gives is kept', () => {
  expect(ordinals({ ...record, ordinal: 7 }, record)).toEqual([7, 0])
})

test('a batch sent again has the same ordinals', () => {
  const records = Array.from({ length: 500 }, (_, i) => ({ ...record, message: `m${i % 7}` }))
  expect(ordinals(...records)).toEqual(ordinals(...records))
  expect(Math.max(...(ordinals(...records) as number[]))).toBe(71)
})

const spellings: readonly (readonly string[])[] = [
  ['"boom"', '"\\u0062oom"', '"\\u0062\\u006f\\u006F\\u006d"'],
  ['"a/b\\"c\\\\d"', '"a\\/b\\u0022c\\u005cd"'],
  ['"a\\tb\\u0001"', '"a\\u0009b\u0001"', '"a\tb\\u0001"'],
  ['"é🦊"', '"\\u00e9\\ud83e\\udd8a"', '"\\u00E9\\uD83E\\uDD8A"'],
  ['"\ufffd"', '"\\ufffd"'],
]

test.each(spellings)('one text is one text however its JSON was escaped: %s', (...ways) => {
  const bodies = ['message', 'podUid', 'container'].map((field) =>
    ways.map((way) => JSON.stringify({ ...record, [field]: 'XX' }).replace('"XX"', way)).join('\n'),
  )
  const cri = ways.map((way) => `{"path":"${path}","cri":"2026-11-23T10:00:00Z stdout F ${way.slice(1)}}`).join('\n')
  for (const body of [...bodies, cri]) {
    const rows = logRows(lines(body))
    expect(rows.map((row) => row.ordinal)).toEqual(ways.map((_, i) => i))
    expect(new Set(rows.map(({ message, pod_uid: uid, container }) => JSON.stringify([message, uid, container]))).size).toBe(1)
  }
})

test('half of a character in a text is U+FFFD, and in a name it is no name, like bytes that are not UTF-8', () => {
  const withBytes = (field: string, bytes: string): Buffer =>
    Buffer.from(JSON.stringify({ ...record, [field]: 'XX' }).replace('XX', bytes), 'latin1')
  for (const bytes of ['\\ud800', '\\udc00\\ud800', 'a\xff', '\xc3', '\xed\xa0\x80']) {
    expect(lines(withBytes('message', bytes)).rejects, bytes).toEqual([])
    for (const field of ['namespace', 'pod', 'podUid', 'container', 'containerId', 'node', 'cluster', 'file'])
      expect(lines(withBytes(field, bytes)).rejects, `${field} ${bytes}`).toMatchObject([
        { reason: 'bad-field', detail: expect.stringMatching(`^${field} must be UTF-8`) as string },
      ])
  }
  const head = Buffer.from(`{"cluster":"\xff","records":[${JSON.stringify(record)}]}`, 'latin1')
  expect(() => decodeBatch(head, decodeOptions)).toThrow('cluster must be UTF-8')
})

test('one time is one time however it was spelled', () => {
  const times = ['2026-11-23T10:00:00Z', '2026-11-23T12:00:00.000+02:00', 1795428000, '1795428000000', 1.795428e18]
  expect(ordinals(...times.map((time) => ({ ...record, time })))).toEqual([0, 1, 2, 3, 4])
})

test('lines of one time and one length are counted without comparing each with each', () => {
  const text = (count: number) =>
    Array.from({ length: count }, (_, i) => JSON.stringify({ ...record, message: String(i).padStart(8, '0') })).join('\n')
  expect(logRows(lines(text(24_000))).every((row) => row.ordinal === 0)).toBe(true)
  expect(growthOf(3000, text, lines)).toBeLessThan(30)
})

/** 2 ** `blocks` texts of one length that the counter's hash cannot tell apart: each block ends in one state. */
function collidingTexts(seed: number, blocks: number): string[] {
  const after = (state: number, text: string): number => {
    let hash = state
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
    return hash
  }
  let texts = ['']
  let state = seed
  for (let block = 0; block < blocks; block++) {
    const seen = new Map<number, string>()
    for (let i = 0; ; i++) {
      const text = i.toString(36).padStart(6, '0')
      const end = after(state, text)
      const twin = seen.get(end)
      if (twin === undefined) seen.set(end, text)
      else {
        texts = texts.flatMap((begin) => [begin + twin, begin + text])
        state = end
        break
      }
    }
  }
  return texts
}

test('texts that a sender has chosen to collide are counted as fast, and as they are', () => {
  const seed = 12_345
  const texts = collidingTexts(seed, 10)
  const countOf = (some: readonly string[]): number[] => {
    const bytes = Buffer.from(some.join(''))
    const counter = new OrdinalCounter({ bytes } as RowWriter, seed)
    const length = some[0]!.length
    return some.map((_, i) => counter.next(i * length, (i + 1) * length))
  }
  expect(new Set(texts).size).toBe(1024)
  const twice = countOf([...texts, ...texts])
  expect([new Set(twice.slice(0, 1024)), new Set(twice.slice(1024))]).toEqual([new Set([0]), new Set([1])])
  expect(growthOf(128, (count) => texts.slice(0, count), countOf)).toBeLessThan(30)
})

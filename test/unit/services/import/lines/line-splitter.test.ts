import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLineSplitter, lineBytesMax } from '../../../../../services/import/lines/line-splitter.ts'

function split(chunks: readonly Buffer[], startOffset = 0) {
  const lines: { text: string; offset: number; length: number }[] = []
  const splitter = createLineSplitter({
    startOffset,
    onLine: (bytes, start, end, offset, length) => lines.push({ text: bytes.toString('latin1', start, end), offset, length }),
  })
  for (const chunk of chunks) splitter.push(chunk)
  return { lines, ...splitter.end(), cut: splitter.cut, offset: splitter.offset, skipped: splitter.skipped }
}

test('lines have their offset and their true length, newline included', () => {
  expect(split([Buffer.from('one\n\ntwo\r\nend')]).lines).toEqual([
    { text: 'one', offset: 0, length: 4 },
    { text: '', offset: 4, length: 1 },
    { text: 'two\r', offset: 5, length: 5 },
    { text: 'end', offset: 10, length: 3 },
  ])
})

test('chunks change nothing: any cutting of any bytes gives the same lines', () => {
  const bytes = fc
    .uint8Array({ maxLength: 200 })
    .map((found) => Buffer.from(found.map((byte) => (byte % 5 === 0 ? 0x0a : byte % 5 === 1 ? 0 : byte))))
  fc.assert(
    fc.property(bytes, fc.array(fc.nat({ max: 200 })), (content, cuts) => {
      const at = [0, ...cuts.map((cut) => Math.min(cut, content.length)).toSorted((a, b) => a - b), content.length]
      const chunks = at.slice(1).map((to, i) => content.subarray(at[i], to))
      const { lines, nulBytes } = split(chunks)
      const { lines: expected } = split([content])
      expect(lines).toEqual(expected)
      expect(lines.reduce((sum, { length }) => sum + length, 0) + nulBytes).toBe(content.length)
    }),
  )
})

test('a tail of zero bytes, as a crash leaves it, is counted and is no line', () => {
  expect(split([Buffer.from('one\n\0\0'), Buffer.from('\0\0\0')])).toMatchObject({ lines: [{ text: 'one' }], nulBytes: 5 })
})

test('zero bytes in front of a line count in its length, however many they are, and a line of them alone is none', () => {
  const chunks = [Buffer.from('one\n\0'), Buffer.alloc(3 * lineBytesMax), Buffer.from('\0two\n\0\0\n\n\0three\0\n')]
  expect(split(chunks)).toMatchObject({
    lines: [
      { text: 'one', offset: 0, length: 4 },
      { text: 'two', offset: 4, length: 3 * lineBytesMax + 6 },
      { text: '', offset: 3 * lineBytesMax + 10, length: 4 },
      { text: 'three\0', offset: 3 * lineBytesMax + 14, length: 8 },
    ],
    nulBytes: 0,
    skipped: 3 * lineBytesMax + 6,
    cut: 0,
  })
  expect(split([Buffer.from('one\n\0\0\n')])).toMatchObject({ lines: [{ text: 'one' }], nulBytes: 3 })
})

test('a byte order mark in front of the file is none of its first line', () => {
  expect(split([Buffer.from('\uFEFFone\n\uFEFFtwo')]).lines).toEqual([
    { text: 'one', offset: 0, length: 7 },
    { text: '\u00EF\u00BB\u00BFtwo', offset: 7, length: 6 },
  ])
})

test.each([[1], [64 * 1024], [3 * lineBytesMax]])(
  'a line over the cap keeps its head and its true length, in chunks of %i bytes',
  (size) => {
    const total = size === 1 ? lineBytesMax + 3 : 2 * lineBytesMax
    const content = Buffer.concat([Buffer.from('a\n'), Buffer.alloc(total, 'x'), Buffer.from('\nb\n')])
    const chunks: Buffer[] = []
    for (let at = 0; at < content.length; at += size) chunks.push(content.subarray(at, at + size))
    const { lines, cut } = split(size === 1 ? [...chunks.slice(0, 5), content.subarray(5)] : chunks)
    expect(lines.map(({ text, offset, length }) => [text.length, offset, length])).toEqual([
      [1, 0, 2],
      [lineBytesMax, 2, total + 1],
      [1, total + 3, 2],
    ])
    expect(cut).toBe(1)
  },
)

// Msgpack is read as the specification has it, with another library as the judge, and bytes that are none cost nothing.
// https://github.com/msgpack/msgpack/blob/master/spec.md
import { encode, ExtData } from '@msgpack/msgpack'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MsgpackSyntaxError } from '#ingest/formats/msgpack-heads.ts'
import { MsgpackReader, NotUtf8, TooDeep } from '#ingest/formats/msgpack-reader.ts'
import { MsgpackScanner } from '#ingest/formats/msgpack-scanner.ts'

const values = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false, '', 'x'.repeat(31), 'é'.repeat(200), 'x'.repeat(70_000), '__proto__'),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true }),
    fc.string({ unit: 'grapheme' }),
    fc.array(tie('value')),
    fc.dictionary(fc.string(), tie('value')),
    fc.constantFrom(
      new ExtData(0, Buffer.alloc(8, 1)),
      new ExtData(-7, Buffer.alloc(300, 2)),
      new ExtData(5, Buffer.alloc(70_000)),
    ),
  ),
})).value

/** As the reader has it: an extension is its data. */
const asRead = (value: unknown): unknown => {
  if (value instanceof ExtData) return Buffer.from(value.data as Uint8Array)
  if (Array.isArray(value)) return value.map(asRead)
  if (typeof value === 'object' && value !== null)
    return Object.assign(
      Object.create(null) as object,
      Object.fromEntries(Object.entries(value).map(([key, each]) => [key, asRead(each)])),
    )
  return value
}

const encoded = (value: unknown): Buffer => Buffer.from(encode(value))

test('every value is read as another library wrote it, and its end is found in whatever pieces it comes', () => {
  fc.assert(
    fc.property(fc.array(values, { maxLength: 4 }), fc.array(fc.nat(200), { minLength: 1 }), (all, sizes) => {
      const bytes = Buffer.concat(all.map(encoded))
      const reader = new MsgpackReader(bytes)
      const skipping = new MsgpackReader(bytes)
      const ends = all.map((value) => {
        expect(reader.value()).toEqual(asRead(value))
        skipping.skip()
        expect(skipping.pos).toBe(reader.pos)
        return reader.pos
      })
      expect(scannedEnds(bytes, sizes)).toEqual(ends)
    }),
    { numRuns: 200 },
  )
})

/** Where values end, found in pieces of these sizes. */
function scannedEnds(bytes: Buffer, sizes: readonly number[]): number[] {
  const scanner = new MsgpackScanner()
  const ends: number[] = []
  for (let start = 0, i = 0; start < bytes.length; i++) {
    const piece = bytes.subarray(start, start + 1 + sizes[i % sizes.length]!)
    for (let at = 0; at < piece.length;) {
      const end = scanner.scan(piece, at)
      if (end === -1) break
      ends.push(start + end)
      at = end
    }
    start += piece.length
  }
  return ends
}

test('the last element of an array is found in whatever pieces the array comes', () => {
  fc.assert(
    fc.property(fc.array(values, { minLength: 1, maxLength: 5 }), fc.nat(40), (elements, size) => {
      const [bytes, last] = [encoded(elements), encoded(elements.at(-1))]
      const scanner = new MsgpackScanner()
      for (let round = 0; round < 2; round++) {
        let end = -1
        for (let at = 0; at < bytes.length; at += size + 1) end = scanner.scan(bytes.subarray(at, at + size + 1), 0)
        expect(end).not.toBe(-1)
        expect(scanner.lastElementAt).toBe(bytes.length - last.length)
      }
    }),
    { numRuns: 100 },
  )
})

test('whole numbers of 64 bits keep every digit', () => {
  const bytes = Buffer.from('cfffffffffffffffffd38000000000000000cf001fffffffffffff', 'hex')
  const reader = new MsgpackReader(bytes)
  expect([reader.value(), reader.value(), reader.value()]).toEqual([2n ** 64n - 1n, -(2n ** 63n), Number.MAX_SAFE_INTEGER])
})

test('a value that is cut short anywhere is a syntax error, and is never at its end', () => {
  const bytes = encoded([{ text: 'x'.repeat(300), list: [1, 2.5, null], more: new ExtData(3, Buffer.alloc(9)) }, 70_000])
  for (let stop = 1; stop < bytes.length; stop++) {
    const cut = bytes.subarray(0, stop)
    expect(() => new MsgpackReader(cut).value()).toThrow(MsgpackSyntaxError)
    expect(() => new MsgpackReader(cut).skip()).toThrow(MsgpackSyntaxError)
    expect(new MsgpackScanner().scan(cut, 0)).toBe(-1)
  }
})

test('any bytes are values or a syntax error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), (array) => {
      const reader = new MsgpackReader(Buffer.from(array), 'latin1')
      try {
        while (reader.pos < array.length) reader.value()
      } catch (error) {
        expect(error).toBeInstanceOf(MsgpackSyntaxError)
      }
    }),
    { numRuns: 2000 },
  )
})

describe('hostile', () => {
  test('lengths of 4 GiB in five bytes are refused without their memory', () => {
    for (const head of ['dbffffffff', 'c6ffffffff', 'c9ffffffff', 'ddffffffff', 'dfffffffff']) {
      const bytes = Buffer.from(head, 'hex')
      expect(() => new MsgpackReader(bytes).value()).toThrow(MsgpackSyntaxError)
      const scanner = new MsgpackScanner()
      expect(scanner.scan(bytes, 0)).toBe(-1)
      expect(scanner.bytesToCome).toBeGreaterThan(4_000_000_000)
    }
  })

  test('100,000 levels are too deep to be read, and are gone over', () => {
    const bytes = Buffer.alloc(100_001, 0x91)
    bytes[100_000] = 0xc0
    expect(() => new MsgpackReader(bytes).value()).toThrow(TooDeep)
    const reader = new MsgpackReader(bytes)
    reader.skip()
    expect(reader.pos).toBe(bytes.length)
    expect(new MsgpackScanner().scan(bytes, 0)).toBe(bytes.length)
  })

  test('0xc1 begins no value', () => {
    const bytes = Buffer.from('92c0c1', 'hex')
    expect(() => new MsgpackReader(bytes).value()).toThrow(MsgpackSyntaxError)
    expect(() => new MsgpackReader(bytes).skip()).toThrow(MsgpackSyntaxError)
    expect(() => new MsgpackScanner().scan(bytes, 0)).toThrow(MsgpackSyntaxError)
  })

  test('the key __proto__ is a key', () => {
    const bytes = Buffer.concat([Buffer.from([0x81]), encoded('__proto__'), encoded({ a: 1 })])
    expect(JSON.stringify(new MsgpackReader(bytes).value())).toBe('{"__proto__":{"a":1}}')
  })

  test('text that is not UTF-8 says so, and is read byte by byte', () => {
    const bytes = Buffer.from('a361ff62', 'hex')
    expect(() => new MsgpackReader(bytes).value()).toThrow(NotUtf8)
    expect(new MsgpackReader(bytes, 'latin1').value()).toBe('a\u00ffb')
    expect(new MsgpackReader(encoded('\ufffd')).value()).toBe('\ufffd')
  })
})

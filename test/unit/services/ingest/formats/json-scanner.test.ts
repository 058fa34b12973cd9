import fc from 'fast-check'
import { expect, test } from 'vitest'
import { JsonScanner, JsonSyntaxError } from '#ingest/formats/json-scanner.ts'

function accepts(text: string): boolean {
  const json = new JsonScanner(Buffer.from(text))
  try {
    json.value()
    return json.peek() === -1
  } catch (error) {
    if (error instanceof JsonSyntaxError) return false
    throw error
  }
}

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

test('accepts every value that JSON.stringify writes', () => {
  fc.assert(fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => accepts(JSON.stringify(value))))
})

test('accepts and refuses the same texts as JSON.parse', () => {
  const piece = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '\\',
    '\\u00e9',
    '\\n',
    'true',
    'null',
    '0',
    '1',
    '-',
    '.',
    'e',
    '+',
    ' ',
    'a',
    '""',
    '"a":',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      expect(accepts(pieces.join(''))).toBe(parses(pieces.join('')))
    }),
    { numRuns: 5000 },
  )
})

test('refuses a broken value at the byte where it breaks', () => {
  const at = (text: string): number => {
    try {
      new JsonScanner(Buffer.from(text)).value()
    } catch (error) {
      return (error as JsonSyntaxError).position
    }
    return -1
  }
  expect(at('{"a":1,}')).toBe(7)
  expect(at('[1 2]')).toBe(3)
  expect(at('{"a":tru}')).toBe(8)
  expect(at('"abc')).toBe(4)
  expect(at('"\\x"')).toBe(2)
})

test('refuses 100,000 levels of nesting without overflowing', () => {
  expect(accepts('['.repeat(100_000))).toBe(false)
  expect(accepts('{"a":'.repeat(100_000))).toBe(false)
})

test('lets bare control bytes and invalid UTF-8 through, since lines are stored as received', () => {
  const json = new JsonScanner(Buffer.from([0x22, 0x61, 0xff, 0x00, 0x09, 0x22]))
  json.value()
  expect(json.bytes.subarray(json.start, json.stop)).toEqual(Buffer.from([0x61, 0xff, 0x00, 0x09]))
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyText } from '#test/support/any-text.ts'
import { canonicalEscapes, escapeJson, unescapedLength, unescapeJson } from '#ingest/formats/json-escape.ts'

test('any bytes come back from their escapes as they were', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const escaped = escapeJson(Buffer.from(bytes))
      expect(unescapeJson(escaped, 0, escaped.length)).toEqual(Buffer.from(bytes))
    }),
  )
})

test('any text that JSON.stringify escapes is read as that text', () => {
  fc.assert(
    fc.property(anyText({ maxLength: 100 }), (text) => {
      const inner = Buffer.from(JSON.stringify(text).slice(1, -1))
      expect(unescapeJson(inner, 0, inner.length).toString()).toBe(text.toWellFormed())
      expect(unescapedLength(inner, 0, inner.length, false)).toBe(unescapeJson(inner, 0, inner.length).length)
    }),
  )
})

test('one text has one canonical form, however it was escaped', () => {
  const forms = ['A\\n/é😀', '\\u0041\\u000a\\/\\u00e9\\ud83d\\ude00'].map((form) =>
    canonicalEscapes(Buffer.from(form)).toString(),
  )
  expect(forms[0]).toBe(forms[1])
})

test('a lone surrogate becomes U+FFFD, which the engine takes', () => {
  expect(canonicalEscapes(Buffer.from('a\\ud800b\\udc00\\ud800\\u0041')).toString()).toBe('a\ufffdb\ufffd\ufffdA')
})

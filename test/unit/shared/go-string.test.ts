// Quoted strings of Go.
import { expect, test } from 'vitest'
import { unquotedGo } from '#shared/go-string.ts'

test.each([
  ['plain 订单', 'plain 订单'],
  [String.raw`a\tb\n\\ \"`, `a\tb\n\\ "`],
  [String.raw`\x41\101\u0042\U0001F600`, 'AAB😀'],
  [String.raw`\xc3\xa9`, 'é'],
])('%s', (inner, text) => {
  expect(unquotedGo(inner)).toBe(text)
})

test.each([String.raw`\q`, String.raw`\'`, String.raw`\x4`, String.raw`\400`, String.raw`\ud800`, String.raw`\U00110000`, 'a\\'])(
  'no escape: %s',
  (inner) => {
    expect(unquotedGo(inner)).toBeUndefined()
  },
)

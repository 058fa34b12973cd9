import { expect, test } from 'vitest'
import { searchTokens } from '#web/logs/search-tokens.ts'

const kinds = (text: string): string[] => searchTokens(text).map(({ kind, from, to }) => `${kind} ${text.slice(from, to)}`)

test.each([
  ['refused', ['text refused']],
  ['pod:cart-*', ['field pod:', 'value cart-*']],
  ['status:>=500', ['field status:', 'operator >=', 'value 500']],
  ['status:[400 TO 499] x', ['field status:', 'value [400 TO 499]', 'text x']],
  ['node:"node 1"', ['field node:', 'phrase "node 1"']],
  ['pod:/^cart-\\d$/', ['field pod:', 'regex /^cart-\\d$/']],
  ['pod:(a OR b)', ['field pod:', 'paren (', 'text a', 'operator OR', 'text b', 'paren )']],
  ['-"code 5" a', ['operator -', 'phrase "code 5"', 'text a']],
  ['a-b', ['text a-b']],
  ['a - b', ['text a', 'text -', 'text b']],
  ['12:30 http://x', ['text 12:30', 'field http:', 'value //x']],
  ['error: x', ['text error:', 'text x']],
  ['/var/log/x', ['text /var/log/x']],
  ['/time(d )?out/', ['regex /time(d )?out/']],
  ['ORDER NOTE', ['text ORDER', 'text NOTE']],
  ['say "hello', ['text say', 'phrase "hello']],
  ['\\', ['text \\']],
  ['größe:5', ['field größe:', 'value 5']],
])('%j is %j', (text, expected) => expect(kinds(text)).toEqual(expected))

test.each(['"', '(', '/a', '\\', 'a:', 'a '])('8 KiB of %j end', (piece) => {
  const text = piece.repeat(8192 / piece.length)
  expect(searchTokens(text).at(-1)?.to).toBeGreaterThanOrEqual(text.length - 1)
})

// A page of another site opens no tail: the browser would let it read what is sent.
import { expect, test } from 'vitest'
import { isOwnPage } from '#query/loki/web-origin.ts'

test.each([
  [undefined, '127.0.0.1:8080', true],
  ['http://127.0.0.1:8080', '127.0.0.1:8080', true],
  ['https://logs.example.com', 'Logs.Example.com', true],
  ['http://127.0.0.1:8081', '127.0.0.1:8080', false],
  ['https://evil.example', '127.0.0.1:8080', false],
  ['null', '127.0.0.1:8080', false],
  ['', '127.0.0.1:8080', false],
  ['https://evil.example', undefined, false],
])('origin %s, host %s: %s', (origin, host, isOwn) => {
  expect(isOwnPage({ origin, host })).toBe(isOwn)
})

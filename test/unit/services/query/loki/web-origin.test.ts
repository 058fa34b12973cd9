// A page of another site opens no tail: the browser would let it read what is sent.
import { expect, test } from 'vitest'
import { mayRead } from '#query/loki/web-origin.ts'

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
  expect(mayRead({ origin, host }, undefined)).toBe(isOwn)
})

test('a page of an origin that the configuration names may read too', () => {
  const headers = { origin: 'https://grafana.example', host: 'logs.example' }
  expect(mayRead(headers, new Set(['https://grafana.example']))).toBe(true)
  expect(mayRead(headers, new Set(['https://other.example']))).toBe(false)
})

import { expect, test } from 'vitest'
import { acceptedType } from '#shared/http/accept.ts'

test.each([
  [undefined, 'application/json'],
  ['*/*', 'application/json'],
  ['text/html,application/xhtml+xml,*/*;q=0.8', 'application/json'],
  ['application/x-ndjson', 'application/x-ndjson'],
  ['text/*', 'text/plain'],
  ['application/json;q=0.5, text/plain', 'text/plain'],
  ['*/*;q=0.1, application/json;q=0', 'application/x-ndjson'],
  ['application/vnd.elasticsearch+json;compatible-with=8', 'application/json'],
  ['image/png', undefined],
  ['text/plain;q=0', undefined],
])('Accept: %s is answered with %s', (accept, type) => {
  expect(acceptedType(accept, ['application/json', 'application/x-ndjson', 'text/plain'])).toBe(type)
})

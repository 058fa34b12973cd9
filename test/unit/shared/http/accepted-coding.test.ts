import { expect, test } from 'vitest'
import { acceptedCoding } from '#shared/http/accepted-coding.ts'

test.each([
  [undefined, undefined],
  ['', undefined],
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['gzip, deflate, br, zstd', 'zstd'],
  ['gzip, br', 'br'],
  ['br;q=0.5, gzip;q=0.8', 'gzip'],
  ['*', 'zstd'],
  ['*;q=0.5, zstd;q=0', 'br'],
  ['identity, gzip;q=0.5', undefined],
  ['gzip;q=0', undefined],
  ['gzip;q=x', undefined],
  ['deflate', undefined],
  [['gzip', 'br'], 'br'],
])('Accept-Encoding: %s is answered with %s', (header, coding) => {
  expect(acceptedCoding(header)).toBe(coding)
})

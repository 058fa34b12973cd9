import { expect, test } from 'vitest'
import { normaliseSeverity } from '#ingest/normalise/severity.ts'

test.each([
  ['Warning', 'warn'],
  [' ERR ', 'error'],
  ['notice', 'info'],
  ['emerg', 'fatal'],
  ['INFO2', 'info'],
  ['WARN+1', 'warn'],
  ['DEBUG-4', 'debug'],
  ['3', 'error'],
  ['7', 'debug'],
  ['40', 'warn'],
  ['800', 'fatal'],
  ['gibberish', ''],
  ['error_rate', ''],
  ['8', ''],
  ['-1', ''],
  ['1e1', ''],
  ['70', ''],
  ['constructor', ''],
  ['', ''],
])('the alias %j is %j', (word, severity) => {
  expect(normaliseSeverity(word)).toBe(severity)
})

import { expect, test } from 'vitest'
import { escapeJson } from '#ingest/formats/json-escape.ts'
import { detectSeverity, normaliseSeverity, severities } from '#ingest/normalise/severity.ts'

test.each([
  ['E1123 10:00:00.123456    1 main.go:10] failed', 'error'],
  ['I1123 10:00:00.123456    1 main.go:10] ok', 'info'],
  ['W1123 10:00:00.123456    1 main.go:10] hm', 'warn'],
  ['level=error msg="x"', 'error'],
  ['ts=1 lvl=dbug level=debug', 'debug'],
  ['{"level":"warn","msg":"x"}', 'warn'],
  ['{"time":"2026","severity": "CRITICAL"}', 'fatal'],
  ['{"level":50,"msg":"x"}', 'error'],
  ['{"level":30,"msg":"x"}', 'info'],
  ['2026-11-23 10:00:00 ERROR [main] x', 'error'],
  ['2026/11/23 [warn] 7#7: *1 upstream', 'warn'],
  ['error: no such file', 'error'],
  ['panic: runtime error: index out of range', 'fatal'],
  ['[INFO] server started', 'info'],
  ['10.0.0.1 - - "GET /error HTTP/1.1" 200', ''],
  ['no errors were found', ''],
  ['an error occurred', ''],
  ['ERROR_COUNT=0', ''],
  ['hello', ''],
  ['', ''],
  ['E1123', ''],
])('%j says %j', (message, severity) => {
  for (const bytes of [Buffer.from(message), escapeJson(Buffer.from(message))])
    expect(severities[detectSeverity(bytes, 0, bytes.length)]).toBe(severity)
})

test.each([
  ['Warning', 'warn'],
  [' ERR ', 'error'],
  ['notice', 'info'],
  ['emerg', 'fatal'],
  ['gibberish', ''],
])('the alias %j is %j', (word, severity) => {
  expect(normaliseSeverity(word)).toBe(severity)
})

// Texts of lines with the severity that they state, and why.
import { expect, test } from 'vitest'
import { escapeJson } from '#ingest/formats/json-escape.ts'
import { SeverityDetector } from '#ingest/normalise/detect-severity.ts'
import { severities } from '#ingest/normalise/severity.ts'

/** `around`: the bytes of other columns. */
export function severityOf(text: string, around: readonly [string, string] = ['","', '","ERROR: level=fatal']): string {
  const escaped = escapeJson(Buffer.from(text))
  const row = Buffer.concat([Buffer.from(around[0]), escaped, Buffer.from(around[1])])
  const start = around[0].length
  return severities[new SeverityDetector().detect(row, start, start + escaped.length)]!
}

export type SeverityCase = readonly [text: string, severity: string, reason: string]

export function testSeverities(cases: readonly SeverityCase[]): void {
  test.each(cases)('%j is %j: %s', (text, severity) => {
    expect(severityOf(text)).toBe(severity)
  })
}

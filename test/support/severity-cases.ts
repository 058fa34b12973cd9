// Texts of lines with the severity that they state, and why.
import { expect, test } from 'vitest'
import { escapeJson } from '#ingest/formats/json-escape.ts'
import { SeverityDetector } from '#ingest/normalise/detect-severity.ts'
import { severities } from '#ingest/normalise/severity.ts'

export function severityOf(text: string): string {
  const escaped = escapeJson(Buffer.from(text))
  // The bytes around a text are those of other columns.
  const row = Buffer.concat([Buffer.from('","'), escaped, Buffer.from('","ERROR: level=fatal')])
  return severities[new SeverityDetector().detect(row, 3, 3 + escaped.length)]!
}

export type SeverityCase = readonly [text: string, severity: string, reason: string]

export function testSeverities(cases: readonly SeverityCase[]): void {
  test.each(cases)('%j is %j: %s', (text, severity) => {
    expect(severityOf(text)).toBe(severity)
  })
}

// Shapes of the answers that have lines, for OpenAPI and for the tests that compare answers with it.
import { z } from 'zod'
import { gap, hints, line, next, time } from '#query/http/line-schema.ts'

const lineOrGap = line
  .extend({
    gap: gap
      .optional()
      .describe(
        'Only in /v1/pods/{uid}/logs?gaps=true: this entry is no line; it says what is missing before the next line.',
      ),
    continues: z
      .literal(true)
      .optional()
      .describe('Only with traces=true: the line goes on with the one before it in time, as in a stack trace.'),
  })
  .describe('A line, or a gap among lines.')
  .meta({ id: 'LineOrGap' })

const stats = z
  .object({
    rowsRead: z.number(),
    bytesRead: z.number(),
    elapsedMs: z.number(),
    partial: z
      .enum(['time', 'memory', 'read'])
      .optional()
      .describe('Only in a partial answer: what the search needed more of than it may use.'),
  })
  .describe('What the engine read for this answer.')
  .meta({ id: 'ReadStats' })

/** Only in a page that ends before its limit since the search met its limits. */
const partial = {
  partial: z
    .literal(true)
    .optional()
    .describe('The search met its limits: the page has what was found until then, and `next` goes on behind it.'),
  completeFrom: time.optional().describe('Of a partial page, newest first: it has every line from then on.'),
  completeTo: time.optional().describe('Of a partial page, oldest first: it has every line before then.'),
  hint: z.string().optional().describe('Of a partial page: what to narrow.'),
}

export const linesAnswer = z
  .object({ lines: z.array(lineOrGap), next, stats, hints })
  .describe('A page of lines of a pod.')
  .meta({ id: 'PodLines' })
export const searchAnswer = z
  .object({ lines: z.array(lineOrGap), next, ...partial, stats, hints })
  .describe('A page of lines.')
  .meta({ id: 'Lines' })
export const contextAnswer = z
  .object({ before: z.array(line), line: line.nullable(), after: z.array(line) })
  .describe('A line, and those around it.')
  .meta({ id: 'LineContext' })
export const histogramAnswer = z
  .object({
    step: z.string(),
    buckets: z.array(
      z
        .object({ time, total: z.number(), bySeverity: z.record(z.string(), z.number()) })
        .describe('A stretch of time.')
        .meta({ id: 'HistogramBucket' }),
    ),
    hints,
  })
  .describe('Numbers of lines over time.')
  .meta({ id: 'Histogram' })

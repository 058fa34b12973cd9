// Shapes of the answers that have lines, for OpenAPI and for the tests that compare answers with it.
import { z } from 'zod'
import { gap, hints, line, next, time } from '#query/http/line-schema.ts'

const lineOrGap = line.extend({
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

const stats = z
  .object({ rowsRead: z.number(), bytesRead: z.number(), elapsedMs: z.number() })
  .describe('What the engine read for this answer.')

export const linesAnswer = z.object({ lines: z.array(lineOrGap), next, stats, hints })
export const contextAnswer = z.object({ before: z.array(line), line: line.nullable(), after: z.array(line) })
export const histogramAnswer = z.object({
  step: z.string(),
  buckets: z.array(z.object({ time, total: z.number(), bySeverity: z.record(z.string(), z.number()) })),
  hints,
})

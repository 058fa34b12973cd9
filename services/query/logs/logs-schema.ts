// Shapes of answers of lines, as OpenAPI tells them and tests hold them to.
import { z } from 'zod'
import { gap, line, next, time } from '#query/http/line-schema.ts'

const drawn = line.extend({
  gap: gap
    .optional()
    .describe('Only in /v1/pods/{uid}/logs?gaps=true: this is no line, but what is missing before the next one.'),
})

const stats = z
  .object({ rowsRead: z.number(), bytesRead: z.number(), elapsedMs: z.number() })
  .describe('What the engine read for this answer.')

export const linesAnswer = z.object({ lines: z.array(drawn), next, stats })
export const contextAnswer = z.object({ before: z.array(line), line: line.nullable(), after: z.array(line) })
export const histogramAnswer = z.object({
  step: z.string(),
  buckets: z.array(z.object({ time, total: z.number(), bySeverity: z.record(z.string(), z.number()) })),
})

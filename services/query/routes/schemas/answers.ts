// Shapes of answers, as OpenAPI tells them and tests hold them to.
import { z } from 'zod'

const time = z.string().describe('RFC 3339, UTC, nine digits.')
const strings = z.record(z.string(), z.string())

export const gap = z.object({
  from: time.describe('Of the last line before it.'),
  to: time.describe('Of the first line behind it.'),
  bytes: z.number().nullable().describe('At least so many are missing.'),
  reason: z.string(),
})

export const line = z
  .object({
    time,
    cluster: z.string(),
    namespace: z.string(),
    pod: z.string(),
    podUid: z.string().nullable(),
    container: z.string(),
    restart: z.int().nullable(),
    node: z.string(),
    stream: z.string(),
    severity: z.string().describe('trace, debug, info, warn, error, fatal or empty.'),
    message: z.string().describe('U+FFFD where the bytes are not UTF-8; text/plain has the bytes.'),
    offset: z.number().nullable(),
    containerId: z.string(),
    unit: z.string(),
    partial: z.boolean(),
    traceId: z.string(),
    spanId: z.string(),
    labels: strings,
    attributes: strings,
  })
  .describe('A line of a container, or of a system unit.')
const drawn = line.extend({
  gap: gap
    .optional()
    .describe('Only in /v1/pods/{uid}/logs?gaps=true: this is no line, but what is missing before the next one.'),
})

const stats = z
  .object({ rowsRead: z.number(), bytesRead: z.number(), elapsedMs: z.number() })
  .describe('What the engine read for this answer.')
const next = z.string().nullable().describe('Cursor of the next page; null at the end.')

export const linesAnswer = z.object({ lines: z.array(drawn), next, stats })
export const contextAnswer = z.object({ before: z.array(line), line: line.nullable(), after: z.array(line) })
export const histogramAnswer = z.object({
  step: z.string(),
  buckets: z.array(z.object({ time, total: z.number(), bySeverity: z.record(z.string(), z.number()) })),
})
export const valuesAnswer = z.object({ values: z.array(z.object({ value: z.string(), count: z.number() })) })
export const deadLettersAnswer = z.object({
  deadLetters: z.array(
    z.object({
      id: z.string().describe('Its identity, a whole number of 64 bits.'),
      time,
      origin: z.string(),
      topic: z.string().nullable().describe('Of the Kafka message; null over HTTP.'),
      partition: z.number().nullable(),
      offset: z.number().nullable(),
      reason: z.string().describe('The sentence that the sender got.'),
      code: z.string().describe('The reason as one word, for counting.'),
      format: z.string().nullable().describe('`native` or `lifecycle`: what it can be sent again as.'),
      cluster: z.string().describe('What it inherited from its batch, like node and agent.'),
      node: z.string(),
      agent: z.string(),
      payload: z.union([z.string(), z.object({ base64: z.string() })]),
      truncated: z.boolean().describe('The payload is cut: it was longer than 64 KiB.'),
      replayedAt: time.nullable().describe('When its record was sent again and stored.'),
    }),
  ),
  next,
})

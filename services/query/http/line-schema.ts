// Shapes that the answers of several routes share, for OpenAPI and for the tests that compare answers with it.
import { z } from 'zod'

export const time = z.string().describe('RFC 3339, UTC, nine digits.')
const strings = z.record(z.string(), z.string())

export const gap = z
  .object({
    from: time.describe('Time of the last line before the gap.'),
    to: time.describe('Time of the first line behind the gap.'),
    bytes: z.number().nullable().describe('At least so many bytes are missing.'),
    reason: z.string(),
  })
  .describe('Bytes of a file that are missing.')
  .meta({ id: 'Gap' })

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
  .meta({ id: 'Line' })
export const hints = z
  .array(
    z
      .object({ parameter: z.string(), message: z.string() })
      .describe('What may be wrong with a request that finds nothing.')
      .meta({ id: 'Hint' }),
  )
  .optional()
  .describe('Only where the answer is empty: which value was never there, and what is like it.')
export const next = z.string().nullable().describe('Cursor of the next page; null at the end.')

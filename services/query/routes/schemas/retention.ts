// Shapes of GET and PUT /v1/retention.
import { z } from 'zod'

const kept = z.string().describe('A time such as 12h, 7d, 2w or 1y.')
const span = z.string().describe('A time such as 30s, 5m or 1h.')
const amount = { partitions: z.int(), rows: z.number().describe('As stored, not distinct lines.'), bytes: z.number() }
const rules = z.record(z.string(), kept).describe('By namespace; `default` is for all others.')
const lastWords = z.strictObject({ first: span, last: span, keep: kept })

export const retentionBody = z.strictObject({ rules, lastWords: lastWords.partial().optional() })

export const retentionQuery = z.strictObject({
  dryRun: z
    .enum(['true', 'false'], 'must be true or false')
    .optional()
    .describe('`true`: says what would happen, and changes nothing.'),
})

export const retentionAnswer = z.object({
  rules,
  lastWords,
  source: z.enum(['environment', 'put']),
  inForce: z.string().nullable().describe('For lines that arrive at this time or later.'),
  stored: z.array(
    z.object({ class: z.string(), kept, ...amount, firstDay: z.string(), lastDay: z.string(), nextExpiry: z.string() }),
  ),
  overdue: z
    .array(
      z.object({
        class: z.string(),
        day: z.string(),
        rows: z.number(),
        bytes: z.number(),
        since: z.string(),
        reason: z.string().nullable(),
      }),
    )
    .describe('Expired days that are not dropped yet, and why.'),
})

const rule = z.object({ class: z.string(), kept })
export const retentionChange = retentionAnswer.extend({
  effect: z.object({
    stored: z.array(
      z.object({
        class: z.string(),
        before: kept,
        after: kept,
        expireNow: z.object(amount),
        stay: z.object(amount),
        text: z.string(),
      }),
    ),
    new: z.array(z.object({ namespace: z.string(), before: rule, after: rule })),
  }),
})

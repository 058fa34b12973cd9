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
  confirm: z
    .string('give it once')
    .regex(/^[0-9a-f]{12}$/, 'must be effect.confirm of the answer with dryRun=true')
    .optional()
    .describe(
      '`effect.confirm` of a dry run: clients on other machines need it where stored lines would be kept for less time than before.',
    ),
})

export const retentionAnswer = z.object({
  rules,
  lastWords,
  source: z.enum(['environment', 'put']),
  inForce: z.string().nullable().describe('For lines that arrive at this time or later.'),
  text: z.string().describe('What set the rules, and how to return to those of the environment.'),
  environment: z.object({ rules, lastWords }).describe('The rules of the environment, in force or not.'),
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
        tries: z.int().describe('Tries that failed.'),
        nextTry: z.string().nullable(),
      }),
    )
    .describe('Expired days that are not dropped yet, and why.'),
  inexact: z
    .array(z.object({ class: z.string(), day: z.string(), dropped: z.string(), reason: z.string() }))
    .describe(
      'Days that were dropped although what outlives their lines could not all be stored: numbers of lines of these days are not exact.',
    ),
})

const rule = z.object({ class: z.string(), kept })
export const retentionChange = retentionAnswer.extend({
  effect: z.object({
    confirm: z
      .string()
      .nullable()
      .describe('What `confirm` has to be; null where nothing stored is kept for less time than before.'),
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

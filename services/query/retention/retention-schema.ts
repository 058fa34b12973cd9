// Shapes of /v1/retention, for OpenAPI and for the tests that compare answers with it.
import { z } from 'zod'

const keepTime = z.string('must be a text such as "7d"').describe('A time such as 12h, 7d, 2w or 1y.')
const keptTime = z.string().describe('A time such as 12h or 7d; `unlimited` where nothing of the class is dropped.')
const span = z.string('must be a text such as "5m"').describe('A time such as 30s, 5m or 1h.')
const amount = {
  partitions: z.int(),
  rows: z.number().describe('Rows as stored; a line that was sent twice may count twice.'),
  bytes: z.number(),
}
/** Says what a value should be that is of another type. */
const ofType = (words: string) => ({
  error: ({ code }: { code?: string }) => (code === 'invalid_type' ? words : undefined),
})

const rules = z
  .record(z.string(), keepTime, ofType('must be an object such as {"default":"14d","payments":"90d"}'))
  .describe('By namespace; `default` is for all others.')
const lastWords = z.strictObject(
  { first: span, last: span, keep: keepTime },
  ofType('must be an object such as {"first":"5m","last":"15m","keep":"180d"}'),
)

export const retentionBody = z.strictObject(
  {
    rules,
    lastWords: lastWords.partial().optional(),
    unnamed: z
      .literal('default', 'must be "default"')
      .optional()
      .describe('Stored lines of classes that no rule names go by the rule `default` from then on.'),
  },
  ofType('must be an object such as {"rules":{"default":"14d"}}'),
)

export const retentionQuery = z.strictObject({
  dryRun: z
    .enum(['true', 'false'], 'must be true or false')
    .optional()
    .describe('`true`: the answer says what would happen; nothing changes.'),
  confirm: z
    .string('give it once')
    .regex(/^[0-9a-f]{12}$/, 'must be effect.confirm of the answer with dryRun=true')
    .optional()
    .describe(
      'Value of `effect.confirm` in the answer of a dry run. ' +
        'Clients on other machines need it to keep stored lines for less time than before.',
    ),
})

export const retentionAnswer = z
  .object({
    rules,
    lastWords,
    source: z.enum(['environment', 'put']),
    inForce: z.string().nullable().describe('For lines that arrive at this time or later.'),
    text: z.string().describe('What set the rules, and how to return to those of the environment.'),
    environment: z.object({ rules, lastWords }).describe('The rules of the environment, in force or not.'),
    stored: z.array(
      z.object({
        class: z.string(),
        kept: keptTime,
        ...amount,
        firstDay: z.string(),
        lastDay: z.string(),
        nextExpiry: z.string().nullable(),
      }),
    ),
    unnamed: z
      .array(z.object({ class: z.string(), text: z.string() }))
      .describe('Classes of which nothing is dropped until an operator says what becomes of their lines.'),
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
        'Days that were dropped before everything was stored that outlives their lines. ' +
          'Numbers of lines of these days are not exact.',
      ),
  })
  .describe('How long lines are kept.')
  .meta({ id: 'Retention' })

const rule = z.object({ class: z.string(), kept: keepTime })
export const retentionChange = retentionAnswer
  .extend({
    effect: z.object({
      confirm: z
        .string()
        .nullable()
        .describe('The `confirm` that the request needs; null where no stored line is kept for less time than before.'),
      stored: z.array(
        z.object({
          class: z.string(),
          before: keptTime,
          after: keptTime,
          expireNow: z.object(amount),
          stay: z.object(amount),
          text: z.string(),
        }),
      ),
      namespaces: z
        .array(
          z.object({
            namespace: z.string(),
            class: z.string(),
            rows: z.number(),
            bytes: z.number(),
            days: z.int(),
            firstDay: z.string(),
            lastDay: z.string(),
            text: z.string(),
          }),
        )
        .describe('Namespaces with stored lines that the change drops at once, by class; those with most rows first.'),
      namespacesComplete: z.boolean().describe('Whether `namespaces` has all of them: counting is bounded.'),
      new: z.array(z.object({ namespace: z.string(), before: rule, after: rule })),
    }),
  })
  .describe('How long lines are kept, and what the change drops.')
  .meta({ id: 'RetentionChange' })

export const getOperation = {
  operationId: 'getRetention',
  tags: ['store'],
  summary: 'How long lines are kept',
  querystring: z.strictObject({}),
  response: { 200: retentionAnswer },
}

export const putOperation = {
  operationId: 'putRetention',
  example: { query: { dryRun: 'true' }, body: { 'application/json': { rules: { default: '14d', payments: '90d' } } } },
  tags: ['store'],
  admin: 'must' as const,
  failures: ['not-confirmed'] as const,
  takes: { 'application/json': retentionBody },
  summary: 'Change how long lines are kept, without a restart',
  querystring: retentionQuery,
  body: retentionBody,
  response: { 200: retentionChange },
}

export const deleteOperation = {
  operationId: 'deleteRetention',
  example: { query: { dryRun: 'true' } },
  tags: ['store'],
  admin: 'must' as const,
  failures: ['not-confirmed'] as const,
  summary: 'Return to the rules of AFTERLOG_RETENTION and AFTERLOG_LAST_WORDS',
  querystring: retentionQuery,
  response: { 200: retentionChange },
}

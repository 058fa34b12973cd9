// Shapes of GET /v1/store, for OpenAPI and for the tests that compare answers with it.
import { z } from 'zod'
import { time } from '#query/http/line-schema.ts'
import { retentionAnswer } from '#query/retention/retention-schema.ts'
import { sizesMax } from './store-statements.ts'

const { rules, lastWords, source, inForce } = retentionAnswer.shape
const here = 'null where another process does it.'
const size = {
  rows: z.number().describe('As stored: what was sent twice counts twice until it is merged.'),
  bytes: z.number().describe('On disk, compressed.'),
  bytesUncompressed: z.number(),
  parts: z.number(),
}

export const storeAnswer = z.object({
  version: z.string(),
  mode: z.enum(['embedded', 'server']),
  time: time.describe('When all this was read: an answer is kept for a few seconds.'),
  projector: z.object({
    asOf: time.nullable().describe('Lists have every fact that was stored until this time.'),
    lagSeconds: z.number().nullable().describe(`Age of the oldest change that lists do not have yet; ${here}`),
    backlog: z.number().nullable().describe(`Pods that wait to be projected; ${here}`),
  }),
  kafka: z
    .object({
      messagesBehind: z.number(),
      secondsBehind: z.number().nullable(),
      partitions: z.array(
        z.object({
          topic: z.string(),
          partition: z.int(),
          messagesBehind: z.number(),
          secondsBehind: z.number().nullable(),
        }),
      ),
    })
    .nullable()
    .describe('Of the partitions that this process reads; null where it reads none.'),
  ingest: z.object({
    inflightBytes: z.number().nullable().describe(`Bytes of bodies and rows in flight; ${here}`),
    inflightBytesMax: z.number(),
  }),
  tail: z.object({ lagSeconds: z.number().describe('How long a line takes from its arrival until a tail has it.') }),
  deadLetters: z
    .array(
      z.object({
        code: z.string().describe('The reason as one word.'),
        count: z.number(),
        waiting: z.number().describe('Not sent again yet.'),
        newest: time,
      }),
    )
    .describe('Of the tenant that asks, most frequent first.'),
  disk: z
    .object({
      partitions: z
        .array(
          z.object({
            day: z.string(),
            class: z.string(),
            ...size,
            expires: time.nullable().describe('When it is dropped by the rules; null where nothing of it is.'),
          }),
        )
        .describe(`Lines by day and retention class, newest day first; at most ${sizesMax}.`),
      tables: z.array(z.object({ table: z.string(), ...size })).describe('Everything else, the largest first.'),
      disks: z.array(z.object({ disk: z.string(), freeBytes: z.number(), totalBytes: z.number() })),
    })
    .describe('Of the whole store, whatever the tenant.'),
  retention: z.object({ rules, lastWords, source, inForce }),
})
export type StoreJson = z.output<typeof storeAnswer>

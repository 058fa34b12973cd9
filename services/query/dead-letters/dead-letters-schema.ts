// Shape of GET /v1/dead-letters, for OpenAPI and for the tests that compare answers with it.
import { z } from 'zod'
import { next, time } from '#query/http/line-schema.ts'

export const deadLettersAnswer = z
  .object({
    deadLetters: z.array(
      z
        .object({
          id: z.string().describe('Its identity, a whole number of 64 bits.'),
          time,
          origin: z.string(),
          topic: z.string().nullable().describe('Topic of the Kafka message; null over HTTP.'),
          partition: z.number().nullable(),
          offset: z.number().nullable(),
          reason: z.string().describe('The reason as the sentence that the sender got.'),
          code: z.string().describe('The reason as one word, for counting.'),
          format: z.string().nullable().describe('`native` or `lifecycle`: the format in which it can be sent again.'),
          cluster: z.string().describe('Inherited from the batch, as are node and agent.'),
          node: z.string(),
          agent: z.string(),
          payload: z.union([z.string(), z.object({ base64: z.string() })]),
          truncated: z.boolean().describe('The payload is cut: it was longer than 64 KiB.'),
          replayedAt: time.nullable().describe('When its record was sent again and stored.'),
        })
        .describe('A record that could not be stored.')
        .meta({ id: 'DeadLetter' }),
    ),
    next,
  })
  .describe('A page of dead letters, newest first.')
  .meta({ id: 'DeadLetters' })

// The answers of the posting routes, for OpenAPI and for the tests.
import { z } from 'zod'

export const acceptedSchema = z
  .object({
    accepted: z.int().describe('Records that are stored'),
    rejected: z.int().describe('Records that are dead letters now'),
    rejects: z.array(
      z.object({
        index: z.int().describe('Index of the record in the batch'),
        reason: z.string().describe('Which field is wrong, how, and what would be right'),
        code: z.string().describe('The reason as one word, for counting'),
      }),
    ),
  })
  .describe('Everything accepted is durable: it survives a crash of every process')

const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    parameter: z.string().optional(),
    position: z.int().optional(),
  })
  .describe('RFC 9457 problem JSON')

export const postErrors = {
  400: problemSchema,
  401: problemSchema,
  413: problemSchema,
  415: problemSchema,
  429: problemSchema,
  503: problemSchema,
}

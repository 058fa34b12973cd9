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
  .meta({ id: 'Accepted' })

/** ExportLogsServiceResponse. */
export const otlpAnswer = z
  .object({
    partialSuccess: z.object({ rejectedLogRecords: z.string(), errorMessage: z.string() }).optional(),
  })
  .describe('Everything accepted is durable.')

export const otlpStatus = z.object({ code: z.int(), message: z.string() }).describe('google.rpc.Status.')

export const bulkAnswerSchema = z
  .object({
    took: z.number().optional(),
    errors: z.boolean().optional().describe('Whether any document was rejected.'),
    items: z.array(z.record(z.string(), z.looseObject({ status: z.int().optional() }))).optional(),
  })
  .describe('An item for each action, in their order. `filter_path` leaves out fields.')

const cause = { type: z.string(), reason: z.string() }
export const elasticsearchError = z.object({
  error: z.object({ root_cause: z.array(z.object(cause)), ...cause }),
  status: z.int(),
})

// Shape of RFC 9457 problem JSON, for OpenAPI and for problem.ts, which sends it.
import { z } from 'zod'
import { errorCodes, type ErrorCode } from '#shared/errors.ts'

const codes = Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]

export const problemSchema = z
  .object({
    type: z.string().describe('`urn:afterlog:error:` and the code.'),
    title: z.string().describe('What the code means.'),
    status: z.int(),
    detail: z.string().describe('What is wrong, and what would be right.'),
    code: z.enum(codes).describe('For programs. New ones may come.'),
    parameter: z.string().optional().describe('The parameter, header or field of the body that is wrong.'),
    position: z.int().optional().describe('Where a search text has the mistake: an offset in characters.'),
    available: z.array(z.string()).readonly().optional().describe('Of `not-acceptable`: the types that there are.'),
  })
  .describe('RFC 9457 problem JSON.')
  .meta({ id: 'Problem' })
export type Problem = z.output<typeof problemSchema>

// The query parameters that several routes take. Values arrive as strings; a parameter that is given twice arrives as
// an array, which only the repeatable parameters accept.
import { z } from 'zod'

export const repeatable = (description: string) =>
  z
    .union([z.string(), z.array(z.string())])
    .transform((value) => (typeof value === 'string' ? [value] : value))
    .optional()
    .describe(`${description} Repeatable: any of the values. An empty value selects lines without one.`)

const whole = (min: number, max: number, message: string) =>
  z
    .string(message)
    .regex(/^-?\d{1,12}$/, message)
    .transform(Number)
    .refine((value) => value >= min && value <= max, message)

const time = (description: string) =>
  z
    .string('give it once')
    .max(64)
    .optional()
    .describe(`${description} RFC 3339, epoch seconds, ms, µs or ns, or relative: \`now\`, \`-15m\`.`)

export const linesMax = 10_000

export const limit = (standard: number, max = linesMax) =>
  whole(1, max, `must be a whole number from 1 to ${max}, given once`)
    .optional()
    .describe(`At most so many; ${standard} where none is given.`)
export const count = (max: number) => whole(0, max, `must be a whole number from 0 to ${max}, given once`)
export const signed = whole(-2_147_483_648, 2_147_483_647, 'must be a whole number, given once')
export const boolean = z
  .enum(['true', 'false', '1', '0'], 'must be true or false, given once')
  .transform((value) => value === 'true' || value === '1')
export const json = boolean.optional().describe('Show the keys of messages that are JSON objects among the attributes.')
export const traces = boolean.optional().describe('Mark the lines that go on with the one before, of stack traces.')
export const textParameter = (description: string, max = 4096) =>
  z.string('give it once').max(max).describe(description)
export const order = z
  .enum(['asc', 'desc'], 'must be asc or desc, given once')
  .optional()
  .describe('Oldest first, or newest first.')
export const cursor = z
  .string('give it once')
  .max(16_384)
  .optional()
  .describe('`next` of the page before, with the same filters.')

export const timeParameters = { from: time('Inclusive.'), to: time('Exclusive.') }

/** The filters of every route that selects lines. */
export const filterParameters = {
  namespace: repeatable('Namespace.'),
  pod: repeatable('Pod name.'),
  podUid: repeatable('Pod uid, as lines have it.'),
  container: repeatable('Container.'),
  restart: repeatable('Restart number of the container.'),
  node: repeatable('Node.'),
  stream: repeatable('`stdout` or `stderr`.'),
  severity: repeatable('`trace` `debug` `info` `warn` `error` `fatal`, or an alias of theirs.'),
  unit: repeatable('Unit of a system line.'),
  cluster: repeatable('Cluster.'),
  q: z.string('give it once').max(16_384).optional().describe('Search text.'),
  ...timeParameters,
}

export const filterQuery = z.strictObject(filterParameters)
export type FilterQuery = z.output<typeof filterQuery>

// The query parameters that several routes take. Values arrive as strings; a parameter that is given twice arrives as
// an array, which only the repeatable parameters accept.
import { z } from 'zod'
import { outcomes } from '#shared/lifecycle/evidence.ts'
import { ownerForm, ownerHelp } from '#shared/stored-pods/owner-name.ts'

export const repeatable = (description: string) =>
  z
    .union([z.string(), z.array(z.string())])
    .transform((value) => (typeof value === 'string' ? [value] : value))
    .optional()
    .describe(`${description} Repeatable: any of the values. An empty value selects lines without one.`)

/** An id has several spellings, each of which a search has to look for. */
const idsMax = 20
const id = z.string().max(128, 'is no id: it is longer than 128 characters')

const ids = (name: string) =>
  z
    .union([id, z.array(id).max(idsMax, `takes at most ${idsMax} ids`)])
    .transform((value) => (typeof value === 'string' ? [value] : value))
    .optional()
    .describe(
      `${name}, in any spelling, of the line's own field or in its text: hex digits, a UUID, base64. ` +
        'Repeatable: any of the ids. An empty value selects lines without one.',
    )
/** Values of one parameter: each is a condition of a statement, and some statements have it several times. */
const valuesMax = 100
export const many = <T extends z.ZodType<string, string>>(value: T, description: string) =>
  z
    .union([value, z.array(value).max(valuesMax, `must not be given more than ${valuesMax} times`)])
    .transform((given) => (typeof given === 'string' ? [given] : given) as z.output<T>[])
    .optional()
    .describe(`${description} Repeatable up to ${valuesMax} times: any of the values.`)

const letters = (text: string): string => text.toLowerCase().replaceAll(/[^a-z]/g, '')

/** One of some words in any case, with or without dashes: `OOMKilled` is `oomkilled`. */
function anyCase<const T extends readonly [string, ...string[]]>(words: T, message: string) {
  return z
    .string(message)
    .transform((given) => words.find((known) => letters(known) === letters(given)) ?? given)
    .pipe(z.enum(words, message))
    .meta({ enum: [...words] })
}

const outcomeText = anyCase(outcomes, `must be one of ${outcomes.join(', ')}`)
const phases = ['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown'] as const

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
export const textParameters = {
  prefix: boolean
    .optional()
    .describe(
      'Time, pod and container before each line of text/plain; the default where the request names no single pod.',
    ),
  timestamps: boolean
    .optional()
    .describe('The time before each line of text/plain; where it is not given, lines have it with their prefix.'),
}
export const textParameter = (description: string, max = 4096) =>
  z.string('give it once').max(max).describe(description)
export const order = anyCase(['asc', 'desc'], 'must be asc or desc, given once')
  .optional()
  .describe('Oldest first, or newest first.')
export const cursor = z
  .string('give it once')
  .max(16_384)
  .optional()
  .describe('`next` of the page before, with the same filters.')

export const timeParameters = { from: time('Inclusive.'), to: time('Exclusive.') }

/** The filters that select pods, by what their records say. */
export const podParameters = {
  owner: many(
    z.string().max(512).regex(ownerForm, ownerHelp),
    'Owner of the pod: `Deployment/cart`, `deploy/cart` or `cart`, in any case.',
  ),
  label: many(
    z.string().min(1, 'must be a label selector, such as app=cart').max(2048),
    'Label of the pod, as a selector of kubectl: `app=cart`, `app`, `app!=cart`, `app in (cart,web)`, `!canary`. ' +
      'Values of one key are ORed, different keys ANDed.',
  ),
  image: many(
    z
      .string()
      .max(1024)
      .regex(
        /^(?!sha256:)[^\s@]+(@sha256:[0-9a-f]{64})?$|^sha256:[0-9a-f]{6,64}$/i,
        'must be a reference such as registry.example/cart:1.2, or sha256: and the first 6 or more digits of a digest',
      ),
    'Image of any container of the pod: a reference with or without tag, or `sha256:` and the first 6 or more digits.',
  ),
  outcome: many(outcomeText, 'How the pod ended, in any case, with or without dashes: `OOMKilled` is `oomkilled`.'),
}

/** The filters of every route that selects lines. */
export const filterParameters = {
  namespace: repeatable('Namespace.'),
  pod: repeatable('Pod name.'),
  podUid: repeatable('Pod uid, as lines have it.'),
  container: repeatable('Container.'),
  restart: repeatable('Restart number of the container.'),
  node: repeatable('Node of the pod, or the one that the agent sent with the line.'),
  stream: repeatable('`stdout` or `stderr`.'),
  severity: repeatable('`trace` `debug` `info` `warn` `error` `fatal`, or an alias of theirs.'),
  unit: repeatable('Unit of a system line.'),
  cluster: repeatable('Cluster.'),
  traceId: ids('Trace id'),
  spanId: ids('Span id'),
  ...podParameters,
  phase: many(
    anyCase(phases, `must be one of ${phases.join(', ')}`),
    'Phase of the pod that Kubernetes reported last, in any case.',
  ),
  q: z.string('give it once').max(16_384).optional().describe('Search text.'),
  ...timeParameters,
}

/** The parameters that select pods, of which lines are asked for. */
export const podFilters = ['owner', 'label', 'image', 'outcome', 'phase'] as const

export const filterQuery = z.strictObject(filterParameters)
export type FilterQuery = z.output<typeof filterQuery>

// Shapes of /v1/deaths: they check requests and make the OpenAPI, and tests check answers by them.
import { z } from 'zod'
import { outcomes } from '#shared/lifecycle/evidence.ts'
import { isBad } from '#shared/lifecycle/bad-outcome.ts'
import { cursor, limit, repeatable, timeParameters } from '#query/http/parameters.ts'
import { hints, time } from '#query/http/line-schema.ts'
import { step } from '#query/logs/bucket-step.ts'
import { facetNames } from './facet-statements.ts'
import { podsQuery } from '#query/pods/pods-schema.ts'

const badOutcomes = outcomes.filter(isBad)
/** What entries of the list have on request. */
const besides = ['lives', 'replacement'] as const
export type Beside = (typeof besides)[number]
const besideMessage = `must be ${besides.join(' or ')}, or both with a comma between them`
/** Lives that an entry has, the last ones. */
export const livesMax = 20

/** Values of one facet. */
export const facetValues = 20
const facetValuesMax = 1000
const { cluster, namespace, name, uid, node, outcome, owner, image, label } = podsQuery.shape

/** The filters of every route that selects deaths. */
const filters = {
  cluster,
  namespace,
  name,
  uid,
  node,
  container: repeatable('Container.'),
  outcome: outcome.refine(
    (given) => given === undefined || given.every(isBad),
    `must be one of ${badOutcomes.join(', ')}: other ends are no deaths here`,
  ),
  owner,
  image,
  label,
  fingerprint: z
    .union([z.string(), z.array(z.string()).max(100, 'must not be given more than 100 times')])
    .transform((given) => [given].flat())
    .refine((given) => given.every((one) => /^[0-9a-f]{16}$/.test(one)), 'must be 16 hexadecimal digits')
    .optional()
    .describe('Fingerprint, as an answer has it. Repeatable.'),
  from: timeParameters.from.describe('Deaths at this time or later.'),
  to: timeParameters.to.describe('Deaths before this time.'),
}

export const deathsQuery = z.strictObject({
  ...filters,
  group: z
    .literal('fingerprint', 'must be fingerprint')
    .optional()
    .describe('`fingerprint`: deaths of one fault as one group, most frequent first.'),
  step: step.describe(
    'With `group`: width of a bucket, like `1h`; a round one that makes up to 100 where none is given.',
  ),
  with: z
    .union([z.string().max(64, besideMessage), z.array(z.string().max(64, besideMessage)).max(4, besideMessage)])
    .transform((given) => [...new Set([given].flat().flatMap((text) => text.split(',')))])
    .pipe(z.array(z.enum(besides, besideMessage)))
    .optional()
    .describe(
      'What each death has too: `lives` of its container, the `replacement` of its pod, or `lives,replacement`.',
    ),
  limit: limit(100),
  cursor,
})
export type DeathsQuery = z.output<typeof deathsQuery>

export const deathsHistogramQuery = z.strictObject({ ...filters, step })
export const deathsFacetsQuery = z.strictObject({ ...filters, limit: limit(facetValues, facetValuesMax) })
const { to: _to, ...tailFilters } = filters
export const deathsTailQuery = z.strictObject({
  ...tailFilters,
  from: timeParameters.from.describe('Begin with the stored deaths since this time; else with those from now on.'),
  cursor: cursor.describe('Like Last-Event-ID, for clients that cannot set it.'),
})
export type DeathsTailQuery = z.output<typeof deathsTailQuery>
/** What the requests of all these routes have. */
export type DeathFilterQuery = z.output<z.ZodObject<typeof filters>>

const death = z
  .object({
    cluster: z.string(),
    namespace: z.string(),
    pod: z.string(),
    podUid: z.string(),
    node: z.string(),
    owner: z.string().describe('`Deployment/cart`; empty where it is not known.'),
    container: z.string().describe('Empty where the whole pod ended and no container is known to.'),
    restart: z.int().nullable(),
    containerId: z.string(),
    diedAt: time,
    outcome: z.enum(outcomes),
    reason: z.string(),
    exitCode: z.int().nullable(),
    cause: z.string(),
    lastError: z.string().nullable().describe('The last error of its last minutes; null where it said none.'),
    frames: z.array(z.string()).describe('The top frames of the stack trace of that error, without lines and numbers.'),
    fingerprint: z.string(),
    lives: z
      .array(
        z.object({
          restart: z.int().nullable(),
          containerId: z.string(),
          startedAt: time.nullable(),
          endedAt: time.nullable().describe('null while it runs.'),
          outcome: z.enum(outcomes),
          exitCode: z.int().nullable(),
        }),
      )
      .optional()
      .describe(`With \`with=lives\`: the last ${livesMax} lives of the container until now, oldest first.`),
    earlierLives: z.int().optional().describe('How many more lives there were before those.'),
    replacement: z
      .object({ podUid: z.string(), pod: z.string() })
      .nullable()
      .optional()
      .describe('With `with=replacement`: the pod that replaced the one that died; null where none did.'),
  })
  .describe('A life, or a pod, that ended badly.')
  .meta({ id: 'Death' })
export type DeathJson = z.output<typeof death>

const group = z
  .object({
    fingerprint: z.string(),
    title: z.string(),
    outcome: z.enum(outcomes),
    reason: z.string(),
    exitCode: z.int().nullable(),
    count: z.number(),
    pods: z.number().describe('How many pods died so.'),
    owners: z.array(z.string()).describe('Of these pods, up to 20.'),
    firstSeen: time,
    lastSeen: time,
    lastError: z.string().nullable(),
    example: death.describe('The last of them.'),
    buckets: z.array(z.object({ time, count: z.number() })).describe('Ascending, those with a death.'),
  })
  .describe('Deaths of one fault.')
  .meta({ id: 'DeathGroup' })

export const deathsAnswer = z
  .union([
    z
      .object({ deaths: z.array(death), next: z.string().nullable(), asOf: time.nullable(), hints })
      .describe('Deaths, newest first.')
      .meta({ id: 'Deaths' }),
    z
      .object({
        groups: z.array(group),
        total: z.number().describe('How many groups there are.'),
        step: z.string(),
        asOf: time.nullable(),
        hints,
      })
      .describe('With `group`: groups, most frequent first.')
      .meta({ id: 'DeathGroups' }),
  ])
  .describe('Deaths, or groups of them.')

export const deathsHistogramAnswer = z
  .object({
    step: z.string(),
    buckets: z
      .array(z.object({ time, total: z.number(), byOutcome: z.record(z.string(), z.number()) }))
      .describe('Ascending, from the first death to the last; those between them without a death too.'),
    asOf: time.nullable(),
    hints,
  })
  .describe('Deaths over time, by outcome.')
  .meta({ id: 'DeathsHistogram' })

const facet = z.object({
  values: z.array(z.object({ value: z.string(), count: z.number() })).describe('Most frequent first.'),
  total: z.number().describe('How many values there are.'),
})
export type FacetJson = z.output<typeof facet>
export const deathsFacetsAnswer = z
  .object({
    facets: z.record(z.enum(facetNames), facet).describe('Each counts the deaths that match all filters but its own.'),
    asOf: time.nullable(),
    hints,
  })
  .describe('Values that deaths have.')
  .meta({ id: 'DeathsFacets' })

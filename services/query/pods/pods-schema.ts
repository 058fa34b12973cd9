// Shapes of /v1/pods and /v1/pods/{uid}: they check requests and make the OpenAPI, and tests check answers by them.
import { isIP } from 'node:net'
import { z } from 'zod'
import { evidenceKinds } from '#shared/lifecycle/evidence-items.ts'
import { outcomes } from '#shared/lifecycle/evidence.ts'
import { gap, hints } from '#query/http/line-schema.ts'
import { cursor, filterParameters, limit, many, podParameters, timeParameters } from '#query/http/parameters.ts'

const { cluster, namespace } = filterParameters
const { owner, label, image } = podParameters
const text = (max = 1024) => z.string().min(1, 'must not be empty').max(max)

export const podsQuery = z.strictObject({
  cluster,
  namespace,
  name: many(z.string(), 'Pod name; one name may have had many uids.'),
  uid: many(text(), 'Pod uid, or its first 6 or more characters.'),
  node: filterParameters.node.describe('Node of the pod. Repeatable: any of the values.'),
  outcome: podParameters.outcome,
  owner,
  ip: many(
    z.string().refine((ip) => isIP(ip) !== 0 && !ip.includes('%'), 'must be an IPv4 or IPv6 address'),
    'Address of the pod. With `at`, or `from` and `to`: the pods that had this address then.',
  ),
  containerId: many(
    z
      .string()
      .regex(
        /^([a-z0-9.+-]+:\/\/)?[0-9a-f]{6,64}$/i,
        'must be the first 6 or more hexadecimal digits of a container id, with or without scheme',
      ),
    'Id of any container instance of the pod, or its first 6 or more digits, with or without scheme.',
  ),
  image,
  label,
  event: many(text(), 'Uid or name of an Event on the pod.'),
  at: timeParameters.from.describe('Pods that lived at this time. RFC 3339, epoch, or relative such as `-15m`.'),
  from: timeParameters.from.describe(
    'Pods last seen at this time or later. RFC 3339, epoch, or relative such as `-15m`.',
  ),
  to: timeParameters.to.describe('Pods first seen before this time.'),
  sort: z
    .enum(['created', 'died'], 'must be created (newest first) or died (only pods that are over, newest death first)')
    .optional()
    .describe('`created`, the default: newest first. `died`: only pods that are over, newest death first.'),
  limit: limit(100),
  cursor,
})
export type PodsQuery = z.output<typeof podsQuery>

export const time = z.string().describe('RFC 3339, UTC, nine digits.')
export const outcome = z.enum(outcomes).describe('How a life or a pod ended.').meta({ id: 'Outcome' })
export const seal = z
  .object({
    state: z.enum(['sealed', 'gap', 'tail-unknown', 'unsealed']),
    lines: z.number(),
    gaps: z.array(gap),
    text: z.string(),
  })
  .describe('What is proven about the completeness of lines.')
  .meta({ id: 'Seal' })

const life = z
  .object({
    restart: z.int().nullable().describe('Number of the log file of this life; null while it is not known.'),
    containerId: z.string(),
    startedAt: time.nullable(),
    finishedAt: time.nullable(),
    outcome,
    reason: z.string(),
    exitCode: z.int().nullable(),
    signal: z
      .int()
      .nullable()
      .describe('Signal that the runtime reported, else n of an exit code 128 + n that stands for a signal.'),
    lines: z.number().describe('Distinct lines.'),
    linesExact: z
      .boolean()
      .describe('false while the life runs, or where a day was dropped uncounted: `lines` is an estimate then.'),
    firstLine: time.nullable(),
    lastLine: time.nullable(),
    seal: seal.nullable(),
  })
  .describe('A run of a container.')
  .meta({ id: 'Life' })

const pod = z
  .object({
    cluster: z.string(),
    namespace: z.string(),
    name: z.string(),
    uid: z.string(),
    node: z.string(),
    owner: z.object({ kind: z.string(), name: z.string() }),
    outcome,
    reason: z.string(),
    message: z.string(),
    exitCode: z.int().nullable(),
    firstSeen: time.nullable(),
    lastSeen: time.nullable(),
    diedAt: time.nullable().describe('null while the pod runs.'),
    restarts: z.int().nullable(),
    lines: z.number().describe('Distinct lines.'),
    linesExact: z.boolean().describe('false where `lines` of any life is an estimate.'),
    containers: z.array(z.object({ name: z.string(), lives: z.array(life) })),
  })
  .describe('A pod, alive or dead.')
  .meta({ id: 'Pod' })

const event = z
  .object({
    type: z.string(),
    reason: z.string(),
    message: z.string(),
    count: z.int(),
    firstTime: time,
    lastTime: time,
    container: z.string().describe('Empty where the Event is about the whole pod.'),
    component: z.string(),
    host: z.string(),
  })
  .describe('An Event of Kubernetes on the pod.')
  .meta({ id: 'PodEvent' })

export const replacement = z
  .object({ uid: z.string(), name: z.string(), node: z.string(), startedAt: time.nullable() })
  .describe('A pod that replaced another one.')
  .meta({ id: 'Replacement' })
  .nullable()
  .describe('The pod that replaced this one.')

export const podsAnswer = z
  .object({
    pods: z.array(pod),
    next: z.string().nullable().describe('Cursor of the next page; null at the end.'),
    asOf: time
      .nullable()
      .describe('The list has every fact that was stored until this time; null before the projector has started.'),
    hints,
  })
  .describe('A page of pods.')
  .meta({ id: 'Pods' })

/** `{uid}` of every path below a pod. */
export const podPath = z.object({
  uid: z
    .string()
    .describe(
      'API uid, uid of a static pod, or unresolved:<cluster>/<namespace>/<pod>; also the first 6 or more characters ' +
        'of a uid, NAME.UIDPREFIX, or a name that only one pod has had.',
    ),
})

export const evidence = z
  .array(
    z
      .object({ kind: z.enum(evidenceKinds), time: time.nullable(), text: z.string() })
      .describe('What an outcome rests on.')
      .meta({ id: 'Evidence' }),
  )
  .describe('What the outcome rests on, oldest first.')
export const cause = z
  .string()
  .describe('Why the pod or life ended, in one sentence, which says so where the evidence contradicts itself.')

const lifeDetail = life
  .extend({
    kind: z
      .enum(['container', 'init', 'sidecar', 'ephemeral', ''])
      .describe('Empty where only lines of the container are known.'),
    cause,
    evidence,
    image: z.string(),
    imageDigest: z.string().describe('Empty where the digest is not known.'),
    bytes: z.number().describe('Bytes of the messages of the distinct lines.'),
    errors: z.number().describe('Distinct lines of severity error or fatal.'),
  })
  .describe('A run of a container, with why it ended.')
  .meta({ id: 'LifeDetail' })
export const podDetails = pod.extend({
  cause,
  evidence,
  containers: z.array(z.object({ name: z.string(), lives: z.array(lifeDetail) })),
  ip: z.string(),
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()),
  imageDigests: z
    .record(z.string(), z.string())
    .describe('By container: the digest of its newest life of which one is known.'),
})
export const podAnswer = podDetails
  .extend({
    events: z.array(event).describe('Oldest first.'),
    replacement,
  })
  .describe('A pod, with why its lives ended.')
  .meta({ id: 'PodDetail' })

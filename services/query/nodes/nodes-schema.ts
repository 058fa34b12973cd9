// Shapes of /v1/nodes and /v1/nodes/{name}: they check requests and make the OpenAPI, and tests check answers by them.
import { z } from 'zod'
import { outcomes } from '#shared/lifecycle/evidence.ts'
import { time } from '#query/http/line-schema.ts'
import {
  cursor,
  limit,
  many,
  podParameters,
  repeatable,
  textParameter,
  timeParameters,
} from '#query/http/parameters.ts'
import { eventsMax, statesMax } from './node-statements.ts'

export const nodesQuery = z.strictObject({
  cluster: repeatable('Cluster.'),
  name: many(z.string(), 'Name of the node.'),
  limit: limit(100),
  cursor,
})

export const nodePath = z.object({ name: z.string().describe('Name of the node.') })

export const nodeQuery = z.strictObject({
  cluster: textParameter('Cluster of the node, where nodes of several clusters have the name.').optional(),
  from: timeParameters.from.describe('States, Events and pods of this time or later.'),
  to: timeParameters.to.describe('States, Events and pods before this time.'),
  pods: z
    .enum(['died', 'lived'], 'must be died or lived, given once')
    .optional()
    .describe('`died`, the default: pods that ended on the node in this time. `lived`: pods that were on it then.'),
  outcome: podParameters.outcome.describe('Of these pods: how they ended, as `/v1/pods` has it. Repeatable.'),
  limit: limit(100),
  cursor,
})
export type NodeQuery = z.output<typeof nodeQuery>

const condition = z.object({
  type: z.string().describe('`Ready`, `MemoryPressure` …'),
  status: z.string().describe('`True`, `False` or `Unknown`.'),
  reason: z.string(),
  message: z.string(),
  since: time,
})
const node = z.object({
  cluster: z.string(),
  name: z.string(),
  uid: z.string().describe('Empty where only pods name the node.'),
  createdAt: time.nullable(),
  reportedAt: time
    .nullable()
    .describe('The newest time in what Kubernetes reported of it; null where it reported none.'),
  gone: z.boolean().describe('Whether a watch said that it was deleted.'),
  ready: z.enum(['True', 'False', 'Unknown']).nullable().describe('Its condition Ready; null where none was reported.'),
  conditions: z.array(condition).describe('Its newest conditions, by type.'),
  taints: z.array(z.object({ key: z.string(), value: z.string(), effect: z.string() })),
  labels: z.record(z.string(), z.string()),
  addresses: z.array(z.object({ type: z.string(), address: z.string() })),
  kubeletVersion: z.string(),
  osImage: z.string(),
  podsKnown: z.number().describe('Pods that were ever on it.'),
  podsLiving: z.number(),
})
export type NodeJson = z.output<typeof node>

const next = z.string().nullable().describe('Cursor of the next page; null at the end.')
const asOf = time.nullable().describe('Of pods, every fact that was stored until this time is there.')

export const nodesAnswer = z.object({ nodes: z.array(node), next, asOf })

const pod = z.object({
  cluster: z.string(),
  namespace: z.string(),
  name: z.string(),
  uid: z.string(),
  owner: z.object({ kind: z.string(), name: z.string() }),
  outcome: z.enum(outcomes),
  reason: z.string(),
  exitCode: z.int().nullable(),
  cause: z.string(),
  firstSeen: time.nullable(),
  lastSeen: time.nullable(),
  diedAt: time.nullable().describe('With `pods=died` when it ended, or ended last where it lives again.'),
  restarts: z.int().nullable(),
})
export type NodePodJson = z.output<typeof pod>

const history = z.object({
  conditions: z
    .array(condition.extend({ until: time.nullable().describe('null where it is so still.') }))
    .describe('Oldest first: each as long as the condition stayed so, as far as Kubernetes reported it.'),
  taints: z
    .array(z.object({ key: z.string(), value: z.string(), effect: z.string(), since: time }))
    .describe('Oldest first. When a taint was taken away is not reported.'),
  gone: z.array(time).describe('When a node of this name was deleted.'),
})
export type HistoryJson = z.output<typeof history>

export const nodeAnswer = z.object({
  node,
  history: history.describe(`Of the last ${statesMax} states.`),
  events: z
    .array(
      z.object({
        type: z.string(),
        reason: z.string(),
        message: z.string(),
        count: z.number(),
        firstTime: time,
        lastTime: time,
        component: z.string(),
        host: z.string(),
      }),
    )
    .describe(`On the node itself, oldest first: the last ${eventsMax}.`),
  pods: z.array(pod).describe('Newest first.'),
  next,
  asOf,
})

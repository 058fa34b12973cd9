// Pure: nodes, their states over time and their pods as answers show them.
import { z } from 'zod'
import type { PodRecord } from '#shared/pod-model/record.ts'
import { formatTime } from '#shared/time/format-time.ts'
import type { ConditionRow, NodeNameRow, NodeRow, StateRow, TimeRange } from './node-statements.ts'
import type { HistoryJson, NodeJson, NodePodJson } from './nodes-schema.ts'

const addressList = z.array(z.object({ type: z.string(), address: z.string() })).catch([])
const taintList = z
  .array(z.object({ key: z.string(), value: z.string().catch(''), effect: z.string().catch('') }))
  .catch([])

/** `reported` and `conditions`: what Kubernetes reported of this node. */
export function nodeJson(
  { cluster, name, pods, living }: NodeNameRow,
  reported: NodeRow | undefined,
  conditions: readonly ConditionRow[],
): NodeJson {
  const ready = conditions.find(({ type }) => type === 'Ready')?.status
  return {
    cluster,
    name,
    uid: reported?.uid ?? '',
    createdAt: reported?.createdAt ?? null,
    reportedAt: reported?.reportedAt ?? null,
    gone: reported?.gone === 1,
    ready: ready === undefined ? null : ready === 'True' || ready === 'False' ? ready : 'Unknown',
    conditions: conditions
      .map(({ type, status, reason, message, since }) => ({ type, status, reason, message, since }))
      .toSorted((a, b) => (a.type < b.type ? -1 : 1)),
    taints: taintList.parse(parsed(reported?.taints)),
    labels: reported?.labels ?? {},
    addresses: addressList.parse(parsed(reported?.addresses)),
    kubeletVersion: reported?.kubeletVersion ?? '',
    osImage: reported?.osImage ?? '',
    podsKnown: pods,
    podsLiving: living,
  }
}

function parsed(text = ''): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return []
  }
}

const taint = 'taint:'

/** `states`: newest first. A condition lasts until the next of its type, or until the node is gone. */
export function historyOf(states: readonly StateRow[], { from }: TimeRange): HistoryJson {
  const ascending = states.toReversed()
  const gone = ascending.filter(({ type }) => type === 'gone').map(({ since }) => since)
  const conditions = ascending.filter(({ type }) => type !== 'gone' && !type.startsWith(taint))
  const first = from === undefined ? '' : formatTime(from)
  return {
    conditions: conditions
      .map(({ type, status, reason, message, since }, i) => {
        const next = conditions.slice(i + 1).find((later) => later.type === type)?.since
        const end = gone.find((at) => at >= since)
        const until = [next, end].filter((at) => at !== undefined).toSorted()[0] ?? null
        return { type, status, reason, message, since, until }
      })
      .filter(({ until }) => until === null || until > first),
    taints: ascending
      .filter(({ type }) => type.startsWith(taint))
      .map(({ type, status: effect, message: value, since }) => ({
        key: type.slice(taint.length),
        value,
        effect,
        since,
      })),
    gone: gone.filter((at) => at >= first),
  }
}

/** `isEnded`: of a list by ends, which has pods that live again too. */
export function nodePodJson(record: PodRecord, isEnded: boolean): NodePodJson {
  const { cluster, namespace, name, uid, owner, reason, exitCode, firstSeen, lastSeen, restarts, ended } = record
  const own = { outcome: record.outcome, cause: record.cause, diedAt: record.diedAt }
  const { outcome, cause, diedAt } =
    isEnded && ended !== null ? { outcome: ended.outcome, cause: ended.cause, diedAt: ended.at } : own
  return {
    cluster,
    namespace,
    name,
    uid,
    owner,
    outcome,
    reason,
    exitCode,
    cause,
    firstSeen,
    lastSeen,
    diedAt,
    restarts,
  }
}

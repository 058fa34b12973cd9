// Which pods can have an outcome at all, from the evidence that podOutcome would need to say so: a superset that is cheap to ask,
// so that a filter for a rare outcome does not read every pod. Must stay in step with shared/lifecycle/{cause,event-meaning,outcome}.ts; the
// integration test compares both.
import { join, raw, sql, str, strs, type Fragment } from '#shared/clickhouse/sql.ts'
import type { Outcome } from '#shared/lifecycle/evidence.ts'
import { mirrors } from './pod-sources.ts'

interface Evidence {
  /** Conditions on pods and on lives (with the time their pod's deletion was asked for); '' where the table has none for it. */
  pods: string
  /** On pods without any life. */
  lifeless?: string
  lives: string
  events: readonly string[]
}

// What finished after the deletion was asked for died of it: in most clusters, most dead pods exited 143.
const beforeDeletion =
  "(asked_at = toDateTime64(0, 9, 'UTC') OR finished_at IS NULL OR toUnixTimestamp(assumeNotNull(finished_at)) < toUnixTimestamp(asked_at))"
const notDeleted = '(gone = 0 AND deleted_at IS NULL)'
const forced = ['Evicted', 'Preempted', 'Preempting', 'Descheduled', 'EvictedByVPA', 'TaintManagerEviction']
const lost = ['NodeNotReady', 'NodeShutdown', 'NodeLost', 'Terminated', 'Shutdown']

const evidence: Record<Outcome, Evidence> = {
  running: {
    pods: "gone = 0 AND phase NOT IN ('Succeeded', 'Failed')",
    lives: '',
    events: [
      'Scheduled',
      'Pulling',
      'Pulled',
      'Created',
      'Started',
      'FailedScheduling',
      'Failed',
      'FailedMount',
      'FailedCreatePodSandBox',
      'Unhealthy',
      'SandboxChanged',
      'BackOff',
    ],
  },
  completed: {
    pods: `phase = 'Succeeded' AND ${notDeleted}`,
    lifeless: "phase = 'Succeeded'",
    lives: `outcome = 'completed' AND kind = 'container' AND ${beforeDeletion}`,
    events: [],
  },
  crashed: {
    pods: `has(mapValues(waiting), 'CrashLoopBackOff') OR reason = 'DeadlineExceeded' OR (phase = 'Failed' AND ${notDeleted})`,
    lifeless: "phase = 'Failed'",
    lives: `(outcome = 'crashed' AND ${beforeDeletion}) OR outcome = 'oomkilled'`,
    events: ['BackOff', 'CrashLoopBackOff', 'DeadlineExceeded'],
  },
  oomkilled: { pods: '', lives: "outcome = 'oomkilled'", events: ['OOMKilling', 'OOMKilled'] },
  evicted: { pods: "reason != '' OR disruption != ''", lives: '', events: forced },
  'node-lost': { pods: "reason != '' OR disruption != ''", lives: '', events: [...lost, 'TaintManagerEviction'] },
  deleted: { pods: 'gone = 1 OR deleted_at IS NOT NULL', lives: '', events: ['Killing'] },
  // containerd's made-up ends of before they were known as such.
  unknown: { pods: '', lives: "outcome = 'unknown' OR (reason = 'Unknown' AND exit_code = 255)", events: [] },
}

/** A condition on `uid`. Pods that no object told of can only be found by what they lack. */
export function candidates(tenant: string, outcomes: readonly Outcome[]): Fragment {
  const among = sql`uid IN (${join(
    [
      ...outcomes.flatMap((outcome) => sourcesOf(tenant, evidence[outcome])),
      // What was written of them rests on more than these tables.
      sql`SELECT uid FROM obituaries WHERE tenant = ${str(tenant)} AND outcome IN ${strs(outcomes)}`,
    ],
    ' UNION ALL ',
  )})`
  return outcomes.includes('unknown') ? sql`(${among} OR uid NOT IN (SELECT uid FROM pods WHERE tenant = ${str(tenant)}))` : among
}

function sourcesOf(tenant: string, { pods, lifeless, lives, events }: Evidence): Fragment[] {
  const of = str(tenant)
  const asked = sql`SELECT uid AS asked_uid, min(asked_at) AS asked_at FROM pod_deletions WHERE tenant = ${of} GROUP BY asked_uid`
  const told = sql`FROM events WHERE tenant = ${of} AND involved_kind = 'Pod' AND reason IN ${strs(events)}`
  return [
    ...(pods === '' ? [] : [sql`SELECT uid FROM pods WHERE tenant = ${of} AND (${raw(pods)})`]),
    ...(lifeless === undefined
      ? []
      : [
          sql`SELECT uid FROM pods WHERE tenant = ${of} AND ${raw(lifeless)} AND uid NOT IN (SELECT pod_uid FROM lives WHERE tenant = ${of})`,
        ]),
    ...(lives === ''
      ? []
      : [
          sql`SELECT pod_uid FROM lives LEFT ANY JOIN (${asked}) AS asked ON pod_uid = asked_uid WHERE tenant = ${of} AND (${raw(lives)})`,
        ]),
    ...(events.length === 0
      ? []
      : [
          sql`SELECT involved_uid ${told}`,
          sql`SELECT api_uid FROM (${mirrors(tenant)}) WHERE mirror_uid IN (SELECT involved_uid ${told})`,
        ]),
  ]
}

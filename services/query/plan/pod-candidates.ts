// Which pods can have an outcome at all, from the evidence that podOutcome would need to say so: a superset that is cheap to ask,
// so that a filter for a rare outcome does not read every pod. Must stay in step with shared/lifecycle/{cause,outcome}.ts; the
// integration test compares both.
import { join, raw, sql, str, strs, type Fragment } from '#shared/clickhouse/sql.ts'
import type { Outcome } from '#shared/lifecycle/evidence.ts'
import { mirrors } from './pod-sources.ts'

interface Evidence {
  /** Conditions on pods, lives and events; '' where the table has none for it. */
  pods: string
  lives: string
  events: readonly string[]
}

const forced = ['Evicted', 'Preempted', 'Preempting', 'Descheduled', 'EvictedByVPA', 'TaintManagerEviction']
const lost = ['NodeNotReady', 'NodeShutdown', 'NodeLost', 'Terminated', 'Shutdown']

const evidence: Record<Exclude<Outcome, 'unknown'>, Evidence> = {
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
  completed: { pods: "phase = 'Succeeded'", lives: "outcome = 'completed'", events: [] },
  crashed: {
    pods: "phase = 'Failed' OR has(mapValues(waiting), 'CrashLoopBackOff')",
    lives: "outcome = 'crashed'",
    events: ['BackOff', 'CrashLoopBackOff', 'DeadlineExceeded'],
  },
  oomkilled: { pods: '', lives: "outcome = 'oomkilled'", events: ['OOMKilling', 'OOMKilled'] },
  evicted: { pods: "reason != '' OR disruption != ''", lives: '', events: forced },
  'node-lost': { pods: "reason != '' OR disruption != ''", lives: '', events: [...lost, 'TaintManagerEviction'] },
  deleted: { pods: 'gone = 1 OR deleted_at IS NOT NULL', lives: '', events: ['Killing'] },
}

/** A condition on `uid`. `unknown` has no evidence and must not be among the outcomes. */
export function candidates(tenant: string, outcomes: readonly Outcome[]): Fragment {
  const sets = outcomes.flatMap((outcome) => (outcome === 'unknown' ? [] : sourcesOf(tenant, evidence[outcome])))
  return sql`uid IN (${join(sets, ' UNION ALL ')})`
}

function sourcesOf(tenant: string, { pods, lives, events }: Evidence): Fragment[] {
  const of = str(tenant)
  const told = sql`FROM events WHERE tenant = ${of} AND involved_kind = 'Pod' AND reason IN ${strs(events)}`
  return [
    ...(pods === '' ? [] : [sql`SELECT uid FROM pods WHERE tenant = ${of} AND (${raw(pods)})`]),
    ...(lives === '' ? [] : [sql`SELECT pod_uid FROM lives WHERE tenant = ${of} AND ${raw(lives)}`]),
    ...(events.length === 0
      ? []
      : [
          sql`SELECT involved_uid ${told}`,
          sql`SELECT api_uid FROM (${mirrors(tenant)}) WHERE mirror_uid IN (SELECT involved_uid ${told})`,
        ]),
  ]
}

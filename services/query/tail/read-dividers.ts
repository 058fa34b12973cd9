// What stands between the lines of an owner for each transition of its pods: who died of what, who was born where, and in whose place. Outcomes are
// those of lists: records have them.
import { lastDied, type OwnerFilter } from './owner-statements.ts'
import { readReplacement, replacedOf } from '#query/pods/read-neighbours.ts'
import { readRecords } from '#query/pods/read-records.ts'
import { birthText, deathText, untilTime, type Death, type Divider } from './divider-text.ts'
import { epochNs } from '#shared/pod-model/epoch-ns.ts'
import type { LifeRecord, PodRecord } from '#shared/pod-model/record.ts'
import { readOwnersPods, readRecordRows, transitionsIn, type PodTransition } from './read-owner-changes.ts'
import type { Reading } from '#shared/store-reading/reading.ts'

/** null where nothing is to be said. */
export async function dividerOf(reading: Reading, filter: OwnerFilter, transition: PodTransition): Promise<Divider | null> {
  const { what, record } = transition
  return what === 'placed' ? birthOf(record, await deathBefore(reading, filter, record)) : unpaired(transition)
}

/** Without the death of another pod, which takes statements to find. */
function unpaired({ what, container, restart, record }: PodTransition): Divider | null {
  switch (what) {
    case 'born':
      return null
    case 'placed':
      return birthOf(record, undefined)
    case 'over':
      return deathOf(record)
    case 'started':
    case 'ended':
      return ofLife(what, record, lifeOf(record, container, restart))
  }
}

/** Pods of an owner that died shortly before another one was born. */
const deathsMax = 5

/** The death after which this pod is the first that was born in its place. */
async function deathBefore(reading: Reading, filter: OwnerFilter, { uid, createdAt }: PodRecord): Promise<Death | undefined> {
  if (createdAt === null) return undefined
  const secondEnd = epochNs(`${createdAt.slice(0, 19)}.999999999Z`)
  const rows = await reading.rows<{ uid: string }>(lastDied(filter, secondEnd, deathsMax))
  const records = await readRecords(
    reading,
    filter.tenant,
    rows.map((row) => row.uid),
  )
  const dead = rows.flatMap((row) => records.get(row.uid) ?? []).filter(({ diedAt }) => diedAt !== null)
  const next = await Promise.all(dead.map((one) => readReplacement(reading, filter.tenant, replacedOf(one))))
  const [last] = dead.filter((_, i) => next[i]?.uid === uid).toSorted((a, b) => (a.diedAt! > b.diedAt! ? -1 : 1))
  if (last === undefined) return undefined
  const { name, outcome, reason, exitCode, diedAt } = last
  return { who: name, outcome, reason, exitCode, time: diedAt! }
}

export interface PastDividers {
  reading: Reading
  filter: OwnerFilter
  /** Epoch ns. */
  times: { from?: bigint; to?: bigint }
  isSent(transition: PodTransition): boolean
}

const secondNs = 1_000_000_000n

/** Dividers of times in [from, to), of transitions that are not to be sent as new, by `order`. */
export async function pastDividers({
  reading,
  filter,
  times,
  isSent,
}: PastDividers): Promise<{ order: string; divider: Divider }[]> {
  const { from, to } = times
  // A death has its whole second.
  const seen = { ...times, ...(from === undefined ? {} : { from: from - secondNs }) }
  const rows = await readRecordRows(reading, filter.tenant, await readOwnersPods(reading, filter, seen))
  const transitions = rows.flatMap(({ record }) => transitionsIn(JSON.parse(record) as PodRecord)).filter(isSent)
  const past = transitions.flatMap((transition) => {
    const divider = unpaired(transition)
    if (divider === null || divider.time === '') return []
    const until = untilTime(divider)
    if ((from !== undefined && until < from) || (to !== undefined && until >= to)) return []
    return [{ order: `${String(until).padStart(20, '0')}/${transition.id}`, divider }]
  })
  return past.toSorted((a, b) => (a.order < b.order ? -1 : 1))
}

function deathOf({ uid, name, node, outcome, reason, exitCode, diedAt, lastSeen }: PodRecord): Divider {
  const time = diedAt ?? lastSeen ?? ''
  const text = deathText({ who: name, outcome, reason, exitCode, time })
  return { time, kind: 'died', pod: name, podUid: uid, container: '', restart: null, outcome, reason, exitCode, node, text }
}

function birthOf({ uid, name, node, createdAt, lastSeen }: PodRecord, death: Death | undefined): Divider {
  const time = createdAt ?? lastSeen ?? ''
  const text = birthText({ who: name, node, time }, death)
  return { ...living, time, pod: name, podUid: uid, container: '', restart: null, node, text }
}

const living = { kind: 'born', outcome: 'running', reason: '', exitCode: null } as const

/** An instance that an object reported: of several with one number the first. */
const lifeOf = ({ lives }: PodRecord, container: string, restart: number): LifeRecord | undefined =>
  lives.find((life) => life.container === container && life.restart === restart)

/** The first instances are born with their pod; an init container's work is done when it ends. */
function ofLife(what: 'started' | 'ended', record: PodRecord, life: LifeRecord | undefined): Divider | null {
  if (life === undefined) return null
  const { name: pod, uid: podUid, node } = record
  const { container, restart, kind } = life
  const place = { pod, podUid, container, restart, node }
  if (what === 'ended') {
    if (kind === 'init' && life.outcome === 'completed') return null
    const death = lifeDeath(pod, life)
    const { outcome, reason, exitCode, time } = death
    return { time, kind: 'died', ...place, outcome, reason, exitCode, text: deathText(death) }
  }
  if (restart === null || restart === 0 || kind === 'init' || kind === 'ephemeral') return null
  const time = life.startedAt ?? ''
  const before = lifeOf(record, container, restart - 1)
  const death = before?.finishedAt == null ? undefined : lifeDeath(pod, before)
  return { ...living, time, ...place, text: birthText({ who: `life ${restart} of ${pod}/${container}`, node, time }, death) }
}

const lifeDeath = (pod: string, { container, outcome, reason, exitCode, finishedAt }: LifeRecord): Death => ({
  who: `${pod}/${container}`,
  outcome,
  reason,
  exitCode,
  time: finishedAt ?? '',
})

// Reads the divider of each transition of an owner's pods: which pod or instance died and of what, or was born, where,
// and in place of which other. Outcomes come from records, so they are those of lists.
import { lastDied, type OwnerFilter } from './owner-statements.ts'
import { readReplacement, replacedOf } from '#query/pods/read-neighbours.ts'
import { readRecords } from '#query/pods/read-records.ts'
import { birthText, deathText, untilTime, type Death, type Divider } from './divider-text.ts'
import { epochNs } from '#shared/pod-model/epoch-ns.ts'
import type { LifeRecord, PodRecord } from '#shared/pod-model/record.ts'
import { recordIn } from '#shared/stored-pods/stored-records.ts'
import { readOwnersPods, readRecordRows, transitionsIn, type PodTransition } from './read-owner-changes.ts'
import type { Reading } from '#shared/store-reading/reading.ts'

/** null where a transition has no divider. */
export async function dividerOf(
  reading: Reading,
  filter: OwnerFilter,
  transition: PodTransition,
): Promise<Divider | null> {
  const { what, record } = transition
  return what === 'placed' ? birthOf(record, await deathBefore(reading, filter, record)) : unpaired(transition)
}

/** A divider without the death of the pod that was replaced: finding that death takes statements. */
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

/** How many pods of an owner are read that died shortly before another one was born. */
const deathsMax = 5

/** The latest death of a pod that this pod replaces. */
async function deathBefore(
  reading: Reading,
  filter: OwnerFilter,
  { uid, createdAt }: PodRecord,
): Promise<Death | undefined> {
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

/**
 * Dividers whose time is in [from, to), of the transitions that the tail does not send as new; ascending by `order`.
 */
export async function pastDividers({
  reading,
  filter,
  times,
  isSent,
}: PastDividers): Promise<{ order: string; divider: Divider }[]> {
  const { from, to } = times
  // Lines of the whole second of a death stand before its divider.
  const podTimes = { ...times, ...(from === undefined ? {} : { from: from - secondNs }) }
  const rows = await readRecordRows(reading, filter.tenant, await readOwnersPods(reading, filter, podTimes))
  const records = rows.flatMap((row) => recordIn(row) ?? [])
  const transitions = records.flatMap(transitionsIn).filter(isSent)
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
  return {
    time,
    kind: 'died',
    pod: name,
    podUid: uid,
    container: '',
    restart: null,
    outcome,
    reason,
    exitCode,
    node,
    text,
  }
}

function birthOf({ uid, name, node, createdAt, lastSeen }: PodRecord, death: Death | undefined): Divider {
  const time = createdAt ?? lastSeen ?? ''
  const text = birthText({ who: name, node, time }, death)
  return { ...living, time, pod: name, podUid: uid, container: '', restart: null, node, text }
}

const living = { kind: 'born', outcome: 'running', reason: '', exitCode: null } as const

/** The first instance with this restart number: several may have it. */
const lifeOf = ({ lives }: PodRecord, container: string, restart: number): LifeRecord | undefined =>
  lives.find((life) => life.container === container && life.restart === restart)

/**
 * null for the first instances, which are born with their pod, for the last, which die with it, and for an init
 * container that completed: its end is no death.
 */
function ofLife(what: 'started' | 'ended', record: PodRecord, life: LifeRecord | undefined): Divider | null {
  if (life === undefined) return null
  const { name: pod, uid: podUid, node } = record
  const { container, restart, kind } = life
  const place = { pod, podUid, container, restart, node }
  if (what === 'ended') {
    if (kind === 'init' && life.outcome === 'completed') return null
    if (endedWithPod(record, life)) return null
    const death = lifeDeath(pod, life)
    const { outcome, reason, exitCode, time } = death
    return { time, kind: 'died', ...place, outcome, reason, exitCode, text: deathText(death) }
  }
  if (restart === null || restart === 0 || kind === 'init' || kind === 'ephemeral') return null
  const time = life.startedAt ?? ''
  const before = lifeOf(record, container, restart - 1)
  const death = before?.finishedAt == null ? undefined : lifeDeath(pod, before)
  return {
    ...living,
    time,
    ...place,
    text: birthText({ who: `life ${restart} of ${pod}/${container}`, node, time }, death),
  }
}

/** An end so long before or after the death of its pod is another event. */
const sameDeathMs = 60_000

/** Whether the end of the life is the death of its pod, which has a divider of its own. */
function endedWithPod({ over, diedAt, lives }: PodRecord, { container, finishedAt, ...life }: LifeRecord): boolean {
  if (!over || diedAt === null || finishedAt === null) return false
  const last = lives.findLast((one) => one.container === container)
  return last?.restart === life.restart && Math.abs(Date.parse(diedAt) - Date.parse(finishedAt)) <= sameDeathMs
}

const lifeDeath = (pod: string, { container, outcome, reason, exitCode, finishedAt }: LifeRecord): Death => ({
  who: `${pod}/${container}`,
  outcome,
  reason,
  exitCode,
  time: finishedAt ?? '',
})

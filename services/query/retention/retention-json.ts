// Pure: the answers of /v1/retention: the rules in force, what is stored, and what a change of the rules does to stored
// and to new lines.
import { createHash } from 'node:crypto'
import { endsAt, endsByRule } from '#shared/retention/partitions.ts'
import type { RetentionVersion } from '#shared/retention/rule-versions.ts'
import {
  daysText,
  heldBack,
  keptDays,
  lastWordsClass,
  parseDays,
  spanText,
  type RetentionSettings,
} from '#shared/retention/retention.ts'
import type { Leaving, LeavingNamespaces } from './leaving-namespaces.ts'
import { formatDay, formatTime } from '#shared/time/format-time.ts'

export interface StoredPartition {
  id: string
  day: number
  class: string
  rows: number
  bytes: number
}

export interface RetentionJson {
  rules: Record<string, string>
  lastWords: { first: string; last: string; keep: string }
  /** Where the rules come from: AFTERLOG_RETENTION and AFTERLOG_LAST_WORDS, or PUT /v1/retention. */
  source: 'environment' | 'put'
  inForce: string | null
  /** The source in words, and how to return to the rules of the environment. */
  text: string
  /** The rules of the environment, in force or not. */
  environment: Pick<RetentionJson, 'rules' | 'lastWords'>
  stored: StoredClassJson[]
  unnamed: UnnamedClassJson[]
  overdue: OverdueJson[]
  inexact: InexactDayJson[]
}

export interface Amount {
  partitions: number
  rows: number
  bytes: number
}

export interface StoredClassJson extends Amount {
  class: string
  kept: string
  firstDay: string
  lastDay: string
  /** null where nothing of the class is dropped. */
  nextExpiry: string | null
}

/** A class of which nothing is dropped until an operator says what becomes of it. */
export interface UnnamedClassJson {
  class: string
  text: string
}

/** Lines of one namespace in days that a change drops. Bytes are its share of the rows of these days. */
export interface LeavingNamespaceJson extends Leaving {
  text: string
}

export interface OverdueJson {
  class: string
  day: string
  rows: number
  bytes: number
  since: string
  /** Why the day is still there; null where its turn has not come, or another process knows the reason. */
  reason: string | null
  /** How many tries to drop it failed. */
  tries: number
  nextTry: string | null
}

/** A day that was dropped before everything was stored that outlives its lines. */
export interface InexactDayJson {
  class: string
  day: string
  dropped: string
  reason: string
}

export interface Overdue {
  blocked: ReadonlyMap<string, { reason: string; tries: number; nextTryMs: number }>
  inexact: readonly { day: number; class: string; droppedMs: number; reason: string }[]
}

export interface EffectJson {
  /** The value of `confirm` that the request needs; null where no stored line is kept for less time than before. */
  confirm: string | null
  stored: { class: string; before: string; after: string; expireNow: Amount; stay: Amount; text: string }[]
  /** Namespaces with stored lines that are dropped now. */
  namespaces: LeavingNamespaceJson[]
  /** Whether `namespaces` has all of them: counting is bounded in time and in number. */
  namespacesComplete: boolean
  new: { namespace: string; before: { class: string; kept: string }; after: { class: string; kept: string } }[]
}

export interface RetentionFacts {
  settings: RetentionVersion
  environment: RetentionSettings
  partitions: readonly StoredPartition[]
  nowMs: number
}

export function retentionJson(
  { settings, environment, partitions, nowMs }: RetentionFacts,
  { blocked, inexact }: Overdue,
): RetentionJson {
  const overdue = partitions.filter((partition) => endsByRule(partition, settings) <= nowMs)
  return {
    ...settingsJson(settings),
    source: settings.source,
    inForce: settings.inForceMs === undefined ? null : time(settings.inForceMs),
    text: (settings.isLost === true ? lostRules : '') + (settings.source === 'put' ? putRules : environmentRules),
    environment: settingsJson(environment),
    stored: [...byClass(partitions)].map(([name, of]) => ({
      class: name,
      kept: daysText(keptDays(settings, name)),
      ...amount(of),
      firstDay: formatDay(Math.min(...of.map(({ day }) => day))),
      lastDay: formatDay(Math.max(...of.map(({ day }) => day))),
      nextExpiry: timeOrNull(Math.min(...of.map((partition) => endsAt(partition, settings)))),
    })),
    unnamed: [...byClass(partitions).keys()].flatMap((name) => {
      const text = heldBack(settings, name)
      return text === undefined ? [] : [{ class: name, text }]
    }),
    overdue: overdue.map((partition) => {
      const failed = blocked.get(partition.id)
      return {
        class: partition.class,
        day: formatDay(partition.day),
        rows: partition.rows,
        bytes: partition.bytes,
        since: time(endsByRule(partition, settings)),
        reason: heldBack(settings, partition.class) ?? failed?.reason ?? null,
        tries: failed?.tries ?? 0,
        nextTry: timeOrNull(failed?.nextTryMs ?? Infinity),
      }
    }),
    inexact: inexact.map(({ day, class: name, droppedMs, reason }) => ({
      class: name,
      day: formatDay(day),
      dropped: time(droppedMs),
      reason,
    })),
  }
}

const lostRules =
  'The rules of an earlier PUT are lost, or whether there was one is not known: nothing is dropped until rules are ' +
  'PUT again. '
const environmentRules = 'These are the rules of AFTERLOG_RETENTION and AFTERLOG_LAST_WORDS.'
const putRules =
  'These are the rules of a PUT: AFTERLOG_RETENTION and AFTERLOG_LAST_WORDS are not in force. ' +
  'DELETE /v1/retention returns to them.'

/** The rules and the times of last words, as requests write them. */
export const settingsJson = ({ rules, lastWords }: RetentionSettings): Pick<RetentionJson, 'rules' | 'lastWords'> => ({
  rules: Object.fromEntries([...rules.rules].map(([name, days]) => [name, daysText(days)])),
  lastWords: {
    first: spanText(lastWords.firstMs),
    last: spanText(lastWords.lastMs),
    keep: daysText(lastWords.keptDays),
  },
})

/** What a change of the rules does to stored and to new lines. */
export function retentionEffect(
  before: RetentionSettings,
  { settings: after, partitions, nowMs }: RetentionFacts,
  leaving: LeavingNamespaces,
): EffectJson {
  const dropped = droppedBy({ settings: after, partitions, nowMs })
  const stored = [...byClass(partitions)].map(([name, of]) => {
    const expired = of.filter((partition) => dropped.includes(partition))
    const stay = of.filter((partition) => !expired.includes(partition))
    const [was, is] = [keptDays(before, name), keptDays(after, name)].map(daysText) as [string, string]
    return {
      class: name,
      before: was,
      after: is,
      expireNow: amount(expired),
      stay: amount(stay),
      text: sentence({ name, was, is, expired, next: stay.map((partition) => endsAt(partition, after)) }),
    }
  })
  const isShorter = (name: string): boolean => keptDays(after, name) < keptDays(before, name)
  const shorter = stored.filter((one) => isShorter(one.class))
  const names = new Set([...before.rules.rules.keys(), ...after.rules.rules.keys()])
  const ruleOf = ({ rules }: RetentionSettings, namespace: string) => {
    const name = rules.classOf(namespace)
    return { class: name, kept: daysText(rules.daysOf(name)) }
  }
  const changed = [...names]
    .map((namespace) => ({ namespace, before: ruleOf(before, namespace), after: ruleOf(after, namespace) }))
    .filter(({ before: was, after: is }) => was.class !== is.class || was.kept !== is.kept)
  return {
    confirm: shorter.length === 0 ? null : confirmation(shorter),
    stored,
    namespaces: leaving.namespaces.map((one) => ({ ...one, text: leavingText(one, after) })),
    namespacesComplete: leaving.isComplete,
    new: changed,
  }
}

/** Partitions that are dropped once these settings are in force. */
export function droppedBy({
  settings,
  partitions,
  nowMs,
}: Pick<RetentionFacts, 'settings' | 'partitions' | 'nowMs'>): StoredPartition[] {
  const inForceMs = settings.inForceMs ?? nowMs
  return partitions.filter((partition) => endsAt(partition, settings) <= inForceMs)
}

function leavingText({ namespace, class: name, firstDay, lastDay }: Leaving, { rules }: RetentionSettings): string {
  const days = firstDay === lastDay ? firstDay : `${firstDay} to ${lastDay}`
  const whose = namespace === '' ? 'lines of no namespace' : `lines of namespace ${namespace}`
  const lost = `${whose} in class ${name} will be dropped, of ${days}`
  const own = rules.classOf(namespace)
  if (own === name || name === lastWordsClass) return lost
  return `${lost}: the rule ${own}=${daysText(rules.daysOf(own))} is for new lines`
}

/** A digest of the change and of the days that it drops. */
function confirmation(shorter: EffectJson['stored']): string {
  const dropped = shorter.map(({ class: name, before, after, expireNow }) => [
    name,
    before,
    after,
    expireNow.partitions,
  ])
  return createHash('sha256').update(JSON.stringify(dropped)).digest('hex').slice(0, 12)
}

/** Why a change has to be confirmed: what it does to each class whose lines are kept for less time than before. */
export function unconfirmed(effect: EffectJson): string {
  const shorter = effect.stored.filter(({ before, after }) => daysOf(after) < daysOf(before))
  const texts = shorter.map(({ text }) => text)
  const next =
    'If it is meant, send the request with dryRun=true, ' +
    'and again with confirm= and the value of effect.confirm in the answer'
  return `${texts.join('. ')}. Nothing has been changed: what is dropped is gone. ${next}`
}

const daysOf = (kept: string): number => (kept === daysText(Infinity) ? Infinity : parseDays(kept))

interface ClassChange {
  name: string
  was: string
  is: string
  expired: readonly StoredPartition[]
  next: readonly number[]
}

function sentence({ name, was, is, expired, next }: ClassChange): string {
  const whose = name === lastWordsClass ? 'last words' : `lines of class ${name}`
  const days = (of: readonly StoredPartition[]): string => (of.length === 1 ? '1 day' : `${of.length} days`)
  const change = was === is ? `${whose} are kept ${is} as before` : `${whose} are kept ${is}, no longer ${was}`
  const now =
    expired.length === 0
      ? 'none of them expires now'
      : `${days(expired)} of them, up to ${formatDay(expired.at(-1)!.day)}, will be dropped`
  const nextMs = Math.min(...next)
  const rest = nextMs === Infinity ? '' : `; the next is dropped at ${time(nextMs)}`
  return `${change}: ${now}${rest}`
}

const byClass = (partitions: readonly StoredPartition[]): Map<string, StoredPartition[]> =>
  Map.groupBy(
    partitions.toSorted((a, b) => a.day - b.day),
    (partition) => partition.class,
  )

const amount = (of: readonly StoredPartition[]): Amount => ({
  partitions: of.length,
  rows: of.reduce((sum, { rows }) => sum + rows, 0),
  bytes: of.reduce((sum, { bytes }) => sum + bytes, 0),
})

const timeOrNull = (ms: number): string | null => (ms === Infinity ? null : time(ms))
const time = (ms: number): string => formatTime(BigInt(Math.round(ms)) * 1_000_000n)

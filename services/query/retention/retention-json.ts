// Pure: the answers of /v1/retention: the rules in force, what is stored, and what a change of the rules does to stored
// and to new lines.
import { createHash } from 'node:crypto'
import {
  daysText,
  keptDays,
  lastWordsClass,
  parseDays,
  spanText,
  type RetentionSettings,
} from '#shared/retention/retention.ts'
import { formatTime } from '#shared/time/format-time.ts'

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
  nextExpiry: string
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
  new: { namespace: string; before: { class: string; kept: string }; after: { class: string; kept: string } }[]
}

export interface RetentionFacts {
  settings: RetentionSettings & { source: 'environment' | 'put'; inForceMs: number | undefined }
  environment: RetentionSettings
  partitions: readonly StoredPartition[]
  /** When a partition expires, ms since 1970. */
  endsAt: (partition: StoredPartition, settings: RetentionSettings) => number
  nowMs: number
}

export function retentionJson(
  { settings, environment, partitions, endsAt, nowMs }: RetentionFacts,
  { blocked, inexact }: Overdue,
): RetentionJson {
  const overdue = partitions.filter((partition) => endsAt(partition, settings) <= nowMs)
  return {
    ...settingsJson(settings),
    source: settings.source,
    inForce: settings.inForceMs === undefined ? null : time(settings.inForceMs),
    text: settings.source === 'put' ? putRules : environmentRules,
    environment: settingsJson(environment),
    stored: [...byClass(partitions)].map(([name, of]) => ({
      class: name,
      kept: daysText(keptDays(settings, name)),
      ...amount(of),
      firstDay: dayText(Math.min(...of.map(({ day }) => day))),
      lastDay: dayText(Math.max(...of.map(({ day }) => day))),
      nextExpiry: time(Math.min(...of.map((partition) => endsAt(partition, settings)))),
    })),
    overdue: overdue.map((partition) => {
      const failed = blocked.get(partition.id)
      return {
        class: partition.class,
        day: dayText(partition.day),
        rows: partition.rows,
        bytes: partition.bytes,
        since: time(endsAt(partition, settings)),
        reason: failed?.reason ?? null,
        tries: failed?.tries ?? 0,
        nextTry: failed === undefined ? null : time(failed.nextTryMs),
      }
    }),
    inexact: inexact.map(({ day, class: name, droppedMs, reason }) => ({
      class: name,
      day: dayText(day),
      dropped: time(droppedMs),
      reason,
    })),
  }
}

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
  { settings: after, partitions, endsAt, nowMs }: RetentionFacts,
): EffectJson {
  const inForceMs = after.inForceMs ?? nowMs
  const stored = [...byClass(partitions)].map(([name, of]) => {
    const expired = of.filter((partition) => endsAt(partition, after) <= inForceMs)
    const stay = of.filter((partition) => !expired.includes(partition))
    const [was, is] = [keptDays(before, name), keptDays(after, name)].map(daysText) as [string, string]
    return {
      class: name,
      before: was,
      after: is,
      expireNow: amount(expired),
      stay: amount(stay),
      text: sentence({ name, was, is, expired, stay, next: stay.map((partition) => endsAt(partition, after)) }),
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
  return { confirm: shorter.length === 0 ? null : confirmation(shorter), stored, new: changed }
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
  const shorter = effect.stored.filter(({ before, after }) => parseDays(after) < parseDays(before))
  const texts = shorter.map(({ text }) => text)
  const next =
    'If it is meant, send the request with dryRun=true, ' +
    'and again with confirm= and the value of effect.confirm in the answer'
  return `${texts.join('. ')}. Nothing has been changed: what is dropped is gone. ${next}`
}

interface ClassChange {
  name: string
  was: string
  is: string
  expired: readonly StoredPartition[]
  stay: readonly StoredPartition[]
  next: readonly number[]
}

function sentence({ name, was, is, expired, stay, next }: ClassChange): string {
  const whose = name === lastWordsClass ? 'last words' : `lines of class ${name}`
  const days = (of: readonly StoredPartition[]): string => (of.length === 1 ? '1 day' : `${of.length} days`)
  const change = was === is ? `${whose} are kept ${is} as before` : `${whose} are kept ${is}, no longer ${was}`
  const now =
    expired.length === 0
      ? 'none of them expires now'
      : `${days(expired)} of them, up to ${dayText(expired.at(-1)!.day)}, will be dropped`
  const rest = stay.length === 0 ? '' : `; the next is dropped at ${time(Math.min(...next))}`
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

const time = (ms: number): string => formatTime(BigInt(Math.round(ms)) * 1_000_000n)
const dayText = (day: number): string => String(day).replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3')

// Pure: retention rules as GET and PUT /v1/retention show them, and what a change does to stored and to new lines.
import { daysText, keptDays, lastWordsClass, spanText, type RetentionSettings } from '#shared/retention.ts'
import { formatTime } from './time.ts'

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
  /** Who set them: AFTERLOG_RETENTION and AFTERLOG_LAST_WORDS, or PUT /v1/retention. */
  source: 'environment' | 'put'
  inForce: string | null
  stored: StoredClassJson[]
  overdue: OverdueJson[]
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
  /** Why it is still there; null where its turn has not come, or another process knows. */
  reason: string | null
}

export interface EffectJson {
  stored: { class: string; before: string; after: string; expireNow: Amount; stay: Amount; text: string }[]
  new: { namespace: string; before: { class: string; kept: string }; after: { class: string; kept: string } }[]
}

export interface RetentionFacts {
  settings: RetentionSettings & { inForceMs: number | undefined }
  partitions: readonly StoredPartition[]
  /** When a partition ends, ms since 1970. */
  endsAt: (partition: StoredPartition, settings: RetentionSettings) => number
  nowMs: number
}

export function retentionJson(
  { settings, partitions, endsAt, nowMs }: RetentionFacts,
  blocked: ReadonlyMap<string, string>,
): RetentionJson {
  const overdue = partitions.filter((partition) => endsAt(partition, settings) <= nowMs)
  return {
    rules: Object.fromEntries([...settings.rules.rules].map(([name, days]) => [name, daysText(days)])),
    lastWords: {
      first: spanText(settings.lastWords.firstMs),
      last: spanText(settings.lastWords.lastMs),
      keep: daysText(settings.lastWords.keptDays),
    },
    source: settings.inForceMs === undefined ? 'environment' : 'put',
    inForce: settings.inForceMs === undefined ? null : time(settings.inForceMs),
    stored: [...byClass(partitions)].map(([name, of]) => ({
      class: name,
      kept: daysText(keptDays(settings, name)),
      ...amount(of),
      firstDay: dayText(Math.min(...of.map(({ day }) => day))),
      lastDay: dayText(Math.max(...of.map(({ day }) => day))),
      nextExpiry: time(Math.min(...of.map((partition) => endsAt(partition, settings)))),
    })),
    overdue: overdue.map((partition) => ({
      class: partition.class,
      day: dayText(partition.day),
      rows: partition.rows,
      bytes: partition.bytes,
      since: time(endsAt(partition, settings)),
      reason: blocked.get(partition.id) ?? null,
    })),
  }
}

/** What a change of the rules does. */
export function retentionEffect(
  before: RetentionSettings,
  { settings: after, partitions, endsAt, nowMs }: RetentionFacts,
): EffectJson {
  const inForceMs = after.inForceMs ?? nowMs
  const stored = [...byClass(partitions)].map(([name, of]) => {
    const gone = of.filter((partition) => endsAt(partition, after) <= inForceMs)
    const stay = of.filter((partition) => !gone.includes(partition))
    const [was, is] = [keptDays(before, name), keptDays(after, name)].map(daysText) as [string, string]
    return {
      class: name,
      before: was,
      after: is,
      expireNow: amount(gone),
      stay: amount(stay),
      text: sentence({ name, was, is, gone, stay, next: stay.map((partition) => endsAt(partition, after)) }),
    }
  })
  const names = new Set([...before.rules.rules.keys(), ...after.rules.rules.keys()])
  const ruleOf = ({ rules }: RetentionSettings, namespace: string) => {
    const name = rules.classOf(namespace)
    return { class: name, kept: daysText(rules.daysOf(name)) }
  }
  const changed = [...names]
    .map((namespace) => ({ namespace, before: ruleOf(before, namespace), after: ruleOf(after, namespace) }))
    .filter(({ before: was, after: is }) => was.class !== is.class || was.kept !== is.kept)
  return { stored, new: changed }
}

interface Said {
  name: string
  was: string
  is: string
  gone: readonly StoredPartition[]
  stay: readonly StoredPartition[]
  next: readonly number[]
}

function sentence({ name, was, is, gone, stay, next }: Said): string {
  const whose = name === lastWordsClass ? 'last words' : `lines of class ${name}`
  const days = (of: readonly StoredPartition[]): string => (of.length === 1 ? '1 day' : `${of.length} days`)
  const change = was === is ? `${whose} are kept ${is} as before` : `${whose} are kept ${is}, no longer ${was}`
  const now =
    gone.length === 0 ? 'none of them expires now' : `${days(gone)} of them, up to ${dayText(gone.at(-1)!.day)}, will be dropped`
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

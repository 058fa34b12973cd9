// Retention rules: AFTERLOG_RETENTION=default=14d,kube-system=3d. A line's class is the name of the rule that matched its
// namespace, frozen at ingest; the days of a class decide when its partitions drop. Last words are a class of their own.

/** Rules by arrival: those of the environment never change, those of live-retention.ts do. */
export interface RetentionRules {
  /** The rules in force for what arrived at this time, ms since 1970; the newest where it is NaN. */
  at(ms: number): Retention
}

export interface Retention extends RetentionRules {
  /** Class of a line of this namespace: the namespace's own rule, else `default`. */
  classOf(namespace: string): string
  /** Days that a class is kept; a class that no rule names any more is kept as long as `default`. */
  daysOf(name: string): number
  readonly rules: ReadonlyMap<string, number>
}

/** Lines around a bad death: how much of its life from the start and up to the end, and for how long they are kept. */
export interface LastWords {
  firstMs: number
  lastMs: number
  keptDays: number
}

export interface RetentionSettings {
  rules: Retention
  lastWords: LastWords
}

/** The class of lines that are kept because they stand around a bad death. No rule can have this name. */
export const lastWordsClass = 'last_words'

/** Days that a class of stored lines is kept. */
export const keptDays = ({ rules, lastWords }: RetentionSettings, name: string): number =>
  name === lastWordsClass ? lastWords.keptDays : rules.daysOf(name)

const daysMax = 36_500

/** Reads `name=14d,…` (units h, d, w, y). Throws an Error whose message says what was wrong. */
export function parseRetention(text: string): Retention {
  const rules = new Map<string, number>([['default', 14]])
  const seen = new Set<string>()
  for (const part of pieces(text)) {
    const [, name, time] = /^([^=]+)=([^=]+)$/.exec(part) ?? []
    if (name === undefined || time === undefined || !isRuleName(name) || !/^\d{1,6}[hdwy]$/.test(time))
      throw new Error(`${JSON.stringify(part)} is no rule; write namespace=14d (units h, d, w, y), rules separated by commas`)
    if (seen.has(name)) throw new Error(`${JSON.stringify(name)} has two rules`)
    seen.add(name)
    rules.set(name, withinReason(readDays(time), part))
  }
  return retentionOf(rules)
}

/** Rules by name, in days; `default` is among them. */
export function retentionOf(rules: ReadonlyMap<string, number>): Retention {
  const byDefault = rules.get('default')!
  const retention: Retention = {
    rules,
    classOf: (namespace) => (rules.has(namespace) ? namespace : 'default'),
    daysOf: (name) => rules.get(name) ?? byDefault,
    at: () => retention,
  }
  return retention
}

/** Reads `first=5m,last=15m,keep=180d`; what is left out is as here. Throws an Error whose message says what was wrong. */
export function parseLastWords(text: string): LastWords {
  const words: LastWords = { firstMs: 5 * minuteMs, lastMs: 15 * minuteMs, keptDays: 180 }
  for (const part of pieces(text)) {
    const [, name, time] = /^(first|last|keep)=(.+)$/.exec(part) ?? []
    if (time === undefined) throw new Error(`${JSON.stringify(part)} is none of first=5m, last=15m, keep=180d`)
    if (name === 'first') words.firstMs = parseSpan(time)
    else if (name === 'last') words.lastMs = parseSpan(time)
    else words.keptDays = parseDays(time)
  }
  return words
}

/** `14d` of days; hours where they are no whole days. */
export const daysText = (days: number): string => (Number.isInteger(days) ? `${days}d` : `${Math.round(days * 24)}h`)
/** `5m` of ms; seconds where they are no whole minutes. */
export const spanText = (ms: number): string => (ms % minuteMs === 0 ? `${ms / minuteMs}m` : `${ms / 1000}s`)
/** As AFTERLOG_RETENTION has them. */
export const retentionText = ({ rules }: Retention): string =>
  [...rules].map(([name, days]) => `${name}=${daysText(days)}`).join(',')
/** As AFTERLOG_LAST_WORDS has them. */
export const lastWordsText = ({ firstMs, lastMs, keptDays: kept }: LastWords): string =>
  `first=${spanText(firstMs)},last=${spanText(lastMs)},keep=${daysText(kept)}`

/** Whether a rule may have this name: that of one namespace, or `default`. There are no patterns. */
export const isRuleName = (name: string): boolean => /^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$/.test(name)

type Unit = 'h' | 'd' | 'w' | 'y'
const daysOfUnit: Readonly<Record<Unit, number>> = { h: 1 / 24, d: 1, w: 7, y: 365 }
const minuteMs = 60_000
const msOfUnit: Readonly<Record<string, number>> = { s: 1000, m: minuteMs, h: 60 * minuteMs }

const pieces = (text: string): string[] =>
  text
    .split(',')
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '')

/** `12h`, `7d`, `2w`, `1y` in days. Throws an Error whose message says what was wrong. */
export function parseDays(text: string): number {
  if (!/^\d{1,6}[hdwy]$/.test(text) || Number.parseInt(text, 10) === 0)
    throw new Error('must be a time such as 12h, 7d, 2w or 1y')
  return withinReason(readDays(text), text)
}

function readDays(text: string): number {
  return Number.parseInt(text, 10) * daysOfUnit[text.at(-1) as Unit]
}

function withinReason(days: number, shown: string): number {
  if (days <= 0 || days > daysMax)
    throw new Error(`${JSON.stringify(shown)} must keep lines for more than nothing and at most 100 years`)
  return days
}

/** `30s`, `5m`, `1h` in ms. Throws an Error whose message says what was wrong. */
export function parseSpan(text: string): number {
  const ms = /^\d{1,6}[smh]$/.test(text) ? Number.parseInt(text, 10) * msOfUnit[text.at(-1)!]! : 0
  if (ms === 0 || ms > 24 * 60 * minuteMs) throw new Error('must be a time such as 30s, 5m or 1h, at most 24h')
  return ms
}

// Retention rules: AFTERLOG_RETENTION=default=14d,kube-system=3d. A line's class is the name of the rule that matched
// its namespace when it arrived. The days of a class decide when its partitions are dropped. Last words are a class of
// their own.

/** Rules by time of arrival. Those of the environment never change, those of live-retention.ts do. */
export interface RetentionRules {
  /** Returns the rules in force for lines that arrived at this time, ms since 1970, or the newest ones for NaN. */
  at(ms: number): Retention
}

export interface Retention extends RetentionRules {
  /** Returns the class of a line of this namespace: the namespace's own rule, else `default`. */
  classOf(namespace: string): string
  /** Returns the days of a class. A class without a rule has the days of `default`. */
  daysOf(name: string): number
  readonly rules: ReadonlyMap<string, number>
}

/**
 * Lines around a bad death: how much of a life from its start and up to its end, and for how many days they are stored.
 */
export interface LastWords {
  firstMs: number
  lastMs: number
  keptDays: number
}

export interface RetentionSettings {
  rules: Retention
  lastWords: LastWords
  /** Classes without a rule whose lines go by `default`: an operator took their rules away, or said so. */
  released?: ReadonlySet<string>
  /** The rules that were put are lost: nothing is dropped until rules are put. */
  isLost?: true
}

/** The class of last words. No rule can have this name. */
export const lastWordsClass = 'last_words'

/** Returns for how many days a class of lines is stored: Infinity where no operator has said so. */
export const keptDays = (settings: RetentionSettings, name: string): number =>
  heldBack(settings, name) === undefined ? daysByRule(settings, name) : Infinity

/** Returns for how many days a class would be stored if a class without a rule went by `default`. */
export const daysByRule = ({ rules, lastWords }: RetentionSettings, name: string): number =>
  name === lastWordsClass ? lastWords.keptDays : rules.daysOf(name)

/** Returns why no line of a class is dropped, however old, or undefined. */
export function heldBack({ rules, released, isLost }: RetentionSettings, name: string): string | undefined {
  if (isLost === true)
    return (
      'the rules of an earlier PUT are lost, or whether there was one is not known: nothing is dropped until rules ' +
      'are PUT again'
    )
  if (name === lastWordsClass || rules.rules.has(name) || released?.has(name) === true) return undefined
  return (
    `no rule names ${name}, and no operator has said that its lines go by default: nothing of them is dropped until ` +
    `a rule names it, or a PUT has "unnamed": "default"`
  )
}

/** Returns the classes that go by `default` once these rules follow those settings, and `more` are said to. */
export const releasedBy = (
  before: RetentionSettings,
  rules: Retention,
  more: Iterable<string> = [],
): ReadonlySet<string> =>
  new Set(
    [...(before.released ?? []), ...(before.isLost === true ? [] : before.rules.rules.keys()), ...more].filter(
      (name) => !rules.rules.has(name),
    ),
  )

const daysMax = 36_500

/** Parses `name=14d,…` (units h, d, w, y). Throws an Error whose message says what is wrong. */
export function parseRetention(text: string): Retention {
  const rules = new Map<string, number>([['default', 14]])
  const named = new Set<string>()
  for (const part of pieces(text)) {
    const [, name, time] = /^([^=]+)=([^=]+)$/.exec(part) ?? []
    if (name === undefined || time === undefined || !isRuleName(name) || !/^\d{1,6}[hdwy]$/.test(time))
      throw new Error(
        `${JSON.stringify(part)} is not a rule; write namespace=14d (units h, d, w, y), rules separated by commas`,
      )
    if (named.has(name)) throw new Error(`${JSON.stringify(name)} has two rules; write one`)
    named.add(name)
    rules.set(name, withinReason(readDays(time), part))
  }
  return retentionOf(rules)
}

/** Makes rules from days by name. `default` must be among them. */
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

/**
 * Parses `first=5m,last=15m,keep=180d`, which are also the defaults. Throws an Error whose message says what is wrong.
 */
export function parseLastWords(text: string): LastWords {
  const words: LastWords = { firstMs: 5 * minuteMs, lastMs: 15 * minuteMs, keptDays: 180 }
  for (const part of pieces(text)) {
    const [, name, time] = /^(first|last|keep)=(.+)$/.exec(part) ?? []
    if (time === undefined) throw new Error(`${JSON.stringify(part)} is not one of first=5m, last=15m, keep=180d`)
    if (name === 'first') words.firstMs = parseSpan(time)
    else if (name === 'last') words.lastMs = parseSpan(time)
    else words.keptDays = parseDays(time)
  }
  return words
}

/** Formats days as `14d`, or as hours where they are not whole; Infinity is `unlimited`. */
export function daysText(days: number): string {
  if (days === Infinity) return 'unlimited'
  return Number.isInteger(days) ? `${days}d` : `${Math.round(days * 24)}h`
}
/** Formats ms as `5m`, or as seconds where they are not whole minutes. */
export const spanText = (ms: number): string => (ms % minuteMs === 0 ? `${ms / minuteMs}m` : `${ms / 1000}s`)
/** Formats rules as in AFTERLOG_RETENTION. */
export const retentionText = ({ rules }: Retention): string =>
  [...rules].map(([name, days]) => `${name}=${daysText(days)}`).join(',')
/** Formats last words as in AFTERLOG_LAST_WORDS. */
export const lastWordsText = ({ firstMs, lastMs, keptDays: days }: LastWords): string =>
  `first=${spanText(firstMs)},last=${spanText(lastMs)},keep=${daysText(days)}`

/** Whether a rule may have this name: a namespace, or `default`. There are no patterns. */
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

/** Parses `12h`, `7d`, `2w`, `1y` to days. Throws an Error whose message says what is wrong. */
export function parseDays(text: string): number {
  if (!/^\d{1,6}[hdwy]$/.test(text) || Number.parseInt(text, 10) === 0)
    throw new Error('must be a time such as 12h, 7d, 2w or 1y')
  return withinReason(readDays(text), text)
}

function readDays(text: string): number {
  return Number.parseInt(text, 10) * daysOfUnit[text.at(-1) as Unit]
}

function withinReason(days: number, rule: string): number {
  if (days <= 0 || days > daysMax)
    throw new Error(`${JSON.stringify(rule)} must keep lines for more than nothing and at most 100 years`)
  return days
}

/** Parses `30s`, `5m`, `1h` to ms. Throws an Error whose message says what is wrong. */
export function parseSpan(text: string): number {
  const ms = /^\d{1,6}[smh]$/.test(text) ? Number.parseInt(text, 10) * msOfUnit[text.at(-1)!]! : 0
  if (ms === 0 || ms > 24 * 60 * minuteMs) throw new Error('must be a time such as 30s, 5m or 1h, at most 24h')
  return ms
}

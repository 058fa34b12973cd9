// Retention rules: AFTERLOG_RETENTION=default=14d,kube-system=3d. A line's class is the name of the rule that matched its
// namespace, frozen at ingest; the days of a class decide when its partitions drop.

export interface Retention {
  /** Class of a line of this namespace: the namespace's own rule, else `default`. */
  classOf(namespace: string): string
  /** Days that a class is kept; undefined for a class that no rule names any more (then it is kept as long as `default`). */
  daysOf(name: string): number
  readonly rules: ReadonlyMap<string, number>
}

/** Reads `name=14d,…` (units h, d, w, y). Throws an Error whose message says what was wrong. */
export function parseRetention(text: string): Retention {
  const rules = new Map<string, number>([['default', 14]])
  const seen = new Set<string>()
  for (const part of text
    .split(',')
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '')) {
    const match = /^([A-Za-z0-9][A-Za-z0-9.-]{0,252})=(\d{1,6})(h|d|w|y)$/.exec(part)
    if (match === null)
      throw new Error(`${JSON.stringify(part)} is no rule; write namespace=14d (units h, d, w, y), rules separated by commas`)
    const [, name, amount, unit] = match as unknown as [string, string, string, Unit]
    const days = Number(amount) * daysOfUnit[unit]
    if (days <= 0 || days > 36_500)
      throw new Error(`${JSON.stringify(part)} must keep lines for more than nothing and at most 100 years`)
    if (seen.has(name)) throw new Error(`${JSON.stringify(name)} has two rules`)
    seen.add(name)
    rules.set(name, days)
  }
  const byDefault = rules.get('default')!
  return {
    rules,
    classOf: (namespace) => (rules.has(namespace) ? namespace : 'default'),
    daysOf: (name) => rules.get(name) ?? byDefault,
  }
}

type Unit = 'h' | 'd' | 'w' | 'y'
const daysOfUnit: Readonly<Record<Unit, number>> = { h: 1 / 24, d: 1, w: 7, y: 365 }

/** `12h`, `7d`, `2w`, `1y` in days. Throws an Error whose message says what was wrong. */
export function parseDays(text: string): number {
  const match = /^(\d{1,6})(h|d|w|y)$/.exec(text)
  if (match === null || Number(match[1]) === 0) throw new Error('must be a time such as 12h, 7d, 2w or 1y')
  return Number(match[1]) * daysOfUnit[match[2] as Unit]
}

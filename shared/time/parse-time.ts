// Times and durations as requests write them: RFC 3339, epochs told apart by magnitude, or relative to a given now.
// Pure: the clock is an argument. docs/api.md, "What holds everywhere".

const unitsNs: Readonly<Record<string, bigint>> = {
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
  d: 86_400_000_000_000n,
  w: 604_800_000_000_000n,
}

/** The latest time the store can hold (2262), in ns. */
const latestNs = 9_223_372_036_854_775_807n

/**
 * Epoch ns of a time as a request writes it; undefined where it is not a time; what the store cannot hold is its
 * nearest time. `nowNs` is what relative times count from.
 */
export function parseTime(text: string, nowNs: bigint): bigint | undefined {
  const ns = parseEpoch(text) ?? parseRelative(text, nowNs) ?? parseRfc3339(text)
  return ns === undefined ? undefined : ns > latestNs ? latestNs : ns < -latestNs ? -latestNs : ns
}

/** Nanoseconds of a duration like `5m`, `90s`, `1h30m`; undefined where it is none or is zero. */
export function parseDuration(text: string): bigint | undefined {
  if (!/^(\d{1,12}(ms|s|m|h|d|w))+$/.test(text)) return undefined
  let total = 0n
  for (const [, amount, unit] of text.matchAll(/(\d+)(ms|s|m|h|d|w)/g)) total += BigInt(amount!) * unitsNs[unit!]!
  return total > 0n && total <= latestNs ? total : undefined
}

/** < 1e11 seconds, < 1e14 milliseconds, < 1e17 microseconds, else nanoseconds; a fraction is kept to the ns. */
function parseEpoch(text: string): bigint | undefined {
  const match = /^(\d{1,19})(?:\.(\d{1,9}))?$/.exec(text)
  if (match === null) return undefined
  const whole = BigInt(match[1]!)
  const digits =
    whole < 100_000_000_000n ? 9 : whole < 100_000_000_000_000n ? 6 : whole < 100_000_000_000_000_000n ? 3 : 0
  return whole * 10n ** BigInt(digits) + BigInt((match[2] ?? '').padEnd(digits, '0').slice(0, digits) || '0')
}

function parseRelative(text: string, nowNs: bigint): bigint | undefined {
  if (text === 'now') return nowNs
  const match = /^(?:now)?([+-])(.+)$/.exec(text)
  if (match === null) return undefined
  const duration = /^0(ms|s|m|h|d|w)$/.test(match[2]!) ? 0n : parseDuration(match[2]!)
  if (duration === undefined) return undefined
  return match[1] === '-' ? nowNs - duration : nowNs + duration
}

function parseRfc3339(text: string): bigint | undefined {
  const match = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?([Zz]|[+-]\d\d:\d\d)$/.exec(text)
  if (match === null) return undefined
  const [, date, time, fraction = '', zone] = match
  const day = Date.parse(`${date}T00:00:00Z`)
  // Date.parse rolls 31 April over to May; a day that does not come back as written is not a day.
  if (Number.isNaN(day) || new Date(day).toISOString().slice(0, 10) !== date) return undefined
  const ms = Date.parse(`${date}T${time}${zone === 'z' ? 'Z' : zone}`)
  return Number.isNaN(ms) ? undefined : BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, '0'))
}

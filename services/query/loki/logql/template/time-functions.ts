// {{ __timestamp__ | date "2006-01-02" }}  {{ .t | toDate "2006-01-02" | unixEpoch }}
import { formatTime, isZone, parseTime } from './go-time.ts'
import { define, type TemplateFunction } from './template-functions.ts'
import { isTime, TemplateError, type TemplateTime, type Value } from './template-value.ts'

const utc = (tsNs: bigint): TemplateTime => ({ tsNs, zone: 'UTC' })
/** What a text that is no time reads as. */
const yearOne = utc(-62_135_596_800_000_000_000n)

function dated(layout: string, value: Value, nowNs: bigint): string {
  if (isTime(value)) return formatTime(layout, utc(value.tsNs))
  return formatTime(layout, utc(typeof value === 'bigint' ? value * 1_000_000_000n : nowNs))
}

/** By how many digits it has: days, seconds, ms, µs or ns. */
const unitOfDigits: Readonly<Record<number, bigint>> = {
  5: 86_400_000_000_000n,
  10: 1_000_000_000n,
  13: 1_000_000n,
  16: 1_000n,
  19: 1n,
}

function ofEpoch(text: string): TemplateTime {
  const unit = unitOfDigits[text.length]
  if (unit === undefined || !/^[+-]?\d+$/.test(text)) throw new TemplateError(`unable to parse time '${text}'`)
  return utc(BigInt(text) * unit)
}

export const timeFunctions: Readonly<Record<string, TemplateFunction>> = {
  now: define('', (_: [], { nowNs }) => utc(nowNs)),
  date: define('sa', ([layout, value]: [string, Value], { nowNs }) => dated(layout, value, nowNs)),
  toDate: define('ss', ([layout, text]: [string, string]) => parseTime(layout, 'UTC', text) ?? yearOne),
  toDateInZone: define(
    'sss',
    ([layout, zone, text]: [string, string, string]) => parseTime(layout, isZone(zone) ? zone : 'UTC', text) ?? yearOne,
  ),
  unixEpoch: define('t', ([{ tsNs }]: [TemplateTime]) => String(floorDiv(tsNs, 1_000_000_000n))),
  unixEpochMillis: define('t', ([{ tsNs }]: [TemplateTime]) => String(floorDiv(tsNs, 1_000_000n))),
  unixEpochNanos: define('t', ([{ tsNs }]: [TemplateTime]) => String(tsNs)),
  unixToTime: define('s', ([text]: [string]) => ofEpoch(text)),
}

const floorDiv = (a: bigint, b: bigint): bigint => (a < 0n ? (a - b + 1n) / b : a / b)

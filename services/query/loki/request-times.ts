// Pure: times, durations and numbers as Loki's API takes them. Whole numbers of up to 10 digits are epoch seconds,
// longer ones epoch ns; numbers with a point are epoch seconds.
// https://grafana.com/docs/loki/latest/reference/loki-http-api/#timestamps
import { invalidParameter, type AfterlogError } from '#shared/errors.ts'
import { durationNs } from '#shared/time/duration-ns.ts'
import { parseTime } from '#shared/time/parse-time.ts'
import type { RequestForm } from './request-form.ts'

/** Epoch ns. `end` is exclusive for lines. */
export interface TimeBounds {
  start: bigint
  end: bigint
}

const second = 1_000_000_000n
const hourNs = 3600n * second
const int64Max = 9_223_372_036_854_775_807n
/** Grafana and other clients draw no more points than these. */
const pointsMax = 11_000
export const limitMax = 10_000

/** `start` and `end`, or `since` before `end`; the last hour, or the last `sinceNs`, where they are missing. */
export function readBounds(form: RequestForm, nowNs: bigint, sinceNs: bigint = hourNs): TimeBounds {
  const since = readDuration(form, 'since') ?? sinceNs
  const end = readTimestamp(form, 'end') ?? nowNs
  const start = readTimestamp(form, 'start') ?? (end < nowNs ? end : nowNs) - since
  if (end < start)
    throw invalidParameter(
      'end',
      `end must not be before start: ${form.get('end') ?? 'now'} is before ${form.get('start')}`,
    )
  return { start, end }
}

export function readTimestamp(form: RequestForm, name: string): bigint | undefined {
  const text = form.get(name)
  if (text === undefined) return undefined
  const ns = timestampNs(text)
  if (ns === undefined || ns > int64Max || ns < -int64Max)
    throw notReadable(name, text, 'a time: give epoch ns, epoch seconds with a point, or RFC 3339')
  return ns
}

function timestampNs(text: string): bigint | undefined {
  if (text.length > 40) return undefined
  const [, sign, whole, , decimals] = /^(-?)(\d{1,19})(\.(\d*))?$/.exec(text) ?? []
  if (whole === undefined) return /^\d{4}-/.test(text) ? parseTime(text, 0n) : timeOfExponent(text)
  const isSeconds = decimals !== undefined || whole.length <= 10
  const ns = isSeconds ? BigInt(whole) * second + BigInt((decimals ?? '').slice(0, 9).padEnd(9, '0')) : BigInt(whole)
  return sign === '-' ? -ns : ns
}

/** `1.7e9`: seconds. */
function timeOfExponent(text: string): bigint | undefined {
  if (!/^\d+(\.\d+)?e[+]?\d{1,2}$/i.test(text)) return undefined
  const ms = Math.round(Number(text) * 1000)
  return Number.isSafeInteger(ms) ? BigInt(ms) * 1_000_000n : undefined
}

/** The step of a metric query: a 250th of the range, in whole seconds, where none is given. */
export function readStep(form: RequestForm, { start, end }: TimeBounds): bigint {
  const step = readDuration(form, 'step') ?? maxOf((end - start) / 250n / second, 1n) * second
  if (step <= 0n) throw invalidParameter('step', `step must be above 0, not ${form.get('step')}: give 30s, or seconds`)
  if ((end - start) / step > BigInt(pointsMax))
    throw invalidParameter('step', `the query would have more than ${pointsMax} points per series: give a larger step`)
  return step
}

export function readInterval(form: RequestForm): bigint {
  const interval = readDuration(form, 'interval') ?? 0n
  if (interval < 0n) throw invalidParameter('interval', 'interval must not be below 0')
  return interval
}

/** ns of `5m`, `1h30m`, or a number of seconds. */
export function readDuration(form: RequestForm, name: string): bigint | undefined {
  const text = form.get(name)
  if (text === undefined) return undefined
  const ns = nsOfDuration(text)
  if (ns === undefined) throw notReadable(name, text, 'a duration: give 5m, 1h30m, or a number of seconds')
  return ns
}

/** A number alone is one of seconds. */
function nsOfDuration(text: string): bigint | undefined {
  if (text.length > 64) return undefined
  const isNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,2})?$/i.test(text)
  const ns = isNumber ? Number(text) * 1e9 : durationNs(text)
  return ns === undefined ? undefined : wholeNs(ns)
}

const wholeNs = (ns: number): bigint | undefined =>
  Math.abs(ns) < Number(int64Max) ? BigInt(Math.round(ns)) : undefined

/** How many lines an answer may have. Clients know Loki's words for a limit that is too high. */
export function readLimit(form: RequestForm, standard = 100): number {
  const limit = readCount(form, 'limit', standard)
  if (limit > limitMax)
    throw invalidParameter(
      'limit',
      `max entries limit per query exceeded, limit > max_entries_limit_per_query (${limit} > ${limitMax})`,
    )
  return limit
}

/** A whole number above 0. */
export function readCount(form: RequestForm, name: string, standard: number): number {
  const text = form.get(name)
  if (text === undefined) return standard
  if (!/^[+-]?\d{1,18}$/.test(text)) throw notReadable(name, text, 'a whole number above 0')
  const count = Number(text)
  if (count <= 0) throw invalidParameter(name, `${name} must be a positive value, not ${count}`)
  return count
}

export type Direction = 'forward' | 'backward'

export function readDirection(form: RequestForm): Direction {
  const text = form.get('direction')
  const direction = (text ?? 'backward').toLowerCase()
  if (direction !== 'forward' && direction !== 'backward')
    throw notReadable('direction', text ?? '', 'a direction: give forward or backward')
  return direction
}

const notReadable = (name: string, text: string, right: string): AfterlogError =>
  invalidParameter(name, `could not parse ${name}: ${JSON.stringify(text.slice(0, 64))} is not ${right}`)

const maxOf = (a: bigint, b: bigint): bigint => (a > b ? a : b)

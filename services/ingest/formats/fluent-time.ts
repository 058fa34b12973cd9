// Times of Fluent Bit and Fluentd as those of native records. Pure.
import { jsonOf, type Value } from './agent-values.ts'

/** Numbers below are seconds whatever their size; larger ones say by their digits whether they are s, ms, µs or ns. */
const digitsTellFrom = 1_000_000_000

/** What is no number is given as it is. */
export function secondsText(value: Value): string {
  if (typeof value === 'string') return value
  if (typeof value !== 'number' && typeof value !== 'bigint') return jsonOf(value)
  return value > 0 && value < digitsTellFrom ? new Date(Number(value) * 1000).toISOString() : String(value)
}

/** The time of an EventTime. */
export function eventTime(seconds: number, nanos: number): string {
  const fraction = String(nanos).padStart(9, '0')
  if (seconds >= digitsTellFrom) return `${seconds}${fraction}`
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${fraction}Z`
}

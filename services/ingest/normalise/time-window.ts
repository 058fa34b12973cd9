// Which times a line may have: not older than its class is kept, not more than an hour ahead of its arrival.
import type { Retention } from '#shared/retention.ts'

const dayMs = 86_400_000
/** Ahead of arrival, in ms: clocks of nodes differ, but not by more. */
const aheadMsMax = 3_600_000

export interface RetentionClass {
  name: string
  /** JSON-escaped, for a row. */
  bytes: Buffer
  /** The oldest time that is stored, ms since 1970. */
  oldestMs: number
}

export interface TimeWindow {
  newestMs: number
  classOf(namespace: string): RetentionClass
}

export function timeWindow(retention: Retention, receivedMs: number): TimeWindow {
  const classes = new Map<string, RetentionClass>()
  for (const [name, days] of retention.rules) {
    classes.set(name, { name, bytes: Buffer.from(JSON.stringify(name).slice(1, -1)), oldestMs: receivedMs - days * dayMs })
  }
  return { newestMs: receivedMs + aheadMsMax, classOf: (namespace) => classes.get(retention.classOf(namespace))! }
}

/** The sentence for a line that is too old, which names the setting. */
export function tooOld(time: string, name: string, days: number): string {
  return `time ${time} is older than lines of class ${name} are kept (${days} days, AFTERLOG_RETENTION)`
}

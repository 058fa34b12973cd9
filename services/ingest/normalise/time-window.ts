// Which times a line may have: not older than its class is kept, not more than an hour ahead of its arrival.
import type { Retention } from '#shared/retention.ts'

const dayMs = 86_400_000
/** Times of lines lie in [1970, 2106): the store sorts them by hours, which have 32-bit seconds. ms since 1970. */
export const lineTimeMaxMs = Date.UTC(2106, 0)
/** Ahead of arrival, in ms: clocks of nodes differ, but not by more. */
const aheadMsMax = 3_600_000

export interface RetentionClass {
  name: string
  /** JSON-escaped, for a row. */
  bytes: Buffer
  keptMs: number
}

/** The window of one arrival after the other. */
export class TimeWindow {
  /** Arrival of the batch at hand, ms since 1970. NaN where nobody knows: then every time is taken. */
  receivedMs = Number.NaN
  private readonly classes = new Map<string, RetentionClass>()
  private readonly retention: Retention

  constructor(retention: Retention) {
    this.retention = retention
    for (const [name, days] of retention.rules)
      this.classes.set(name, { name, bytes: Buffer.from(JSON.stringify(name).slice(1, -1)), keptMs: days * dayMs })
  }

  classOf(namespace: string): RetentionClass {
    return this.classes.get(this.retention.classOf(namespace))!
  }

  isTooOld(ms: number, { keptMs }: RetentionClass): boolean {
    return ms < this.receivedMs - keptMs
  }

  isInTheFuture(ms: number): boolean {
    return ms > this.receivedMs + aheadMsMax
  }
}

/** The sentence for a line that is too old, which names the setting. */
export function tooOld(time: string, name: string, days: number): string {
  return `time ${time} is older than lines of class ${name} are kept (${days} days, AFTERLOG_RETENTION)`
}

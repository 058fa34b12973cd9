// Which times a line may have: not older than its class is kept, not more than an hour ahead of its arrival. The rules are those that were
// in force when it arrived, so that a message read again gets the same class.
import { daysText, type Retention, type RetentionRules } from '#shared/retention/retention.ts'

const dayMs = 86_400_000
/** Times of lines, and of facts, lie in [1970, 2106): the store sorts lines by hours, which have 32-bit seconds. ms since 1970. */
export const lineTimeMaxMs = Date.UTC(2106, 0)
/** Ahead of arrival, in ms: clocks of nodes differ, but not by more. */
export const aheadMsMax = 3_600_000

export interface RetentionClass {
  name: string
  /** JSON-escaped, for a row. */
  bytes: Buffer
  keptMs: number
}

/** The window of one arrival after the other. */
export class TimeWindow {
  /** Arrival of the batch at hand, ms since 1970. NaN where nobody knows: then every time is taken. */
  private receivedMs = Number.NaN
  private readonly rules: RetentionRules
  private retention: Retention
  private classes: ReadonlyMap<string, RetentionClass>

  constructor(rules: RetentionRules) {
    this.rules = rules
    this.retention = rules.at(Number.NaN)
    this.classes = classesOf(this.retention)
  }

  /** True where other rules are in force than for the arrival before. */
  arrived(receivedMs: number): boolean {
    this.receivedMs = receivedMs
    const retention = this.rules.at(receivedMs)
    if (retention === this.retention) return false
    this.retention = retention
    this.classes = classesOf(retention)
    return true
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

const classesOf = ({ rules }: Retention): ReadonlyMap<string, RetentionClass> =>
  new Map(
    [...rules].map(([name, days]) => [
      name,
      { name, bytes: Buffer.from(JSON.stringify(name).slice(1, -1)), keptMs: days * dayMs },
    ]),
  )

/** The sentence for a line that is too old, which names the setting. */
export function tooOld(time: string, { name, keptMs }: RetentionClass): string {
  return `time ${time} is older than lines of class ${name} are kept (${daysText(keptMs / dayMs)}, AFTERLOG_RETENTION or PUT /v1/retention)`
}

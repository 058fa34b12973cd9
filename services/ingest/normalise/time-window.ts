// The times that a line may have: not older than the retention of its class, and at most an hour ahead of its arrival.
// The rules are those in force when the line arrived, so that a message read again gets the same class.
import { aheadMsMax } from '#shared/lifecycle/clock.ts'
import { daysText, type Retention, type RetentionRules } from '#shared/retention/retention.ts'

const dayMs = 86_400_000
/**
 * Times of lines and of facts lie in [1970, 2106): the store sorts lines by hours, which have 32-bit seconds. In ms
 * since 1970.
 */
export const lineTimeMaxMs = Date.UTC(2106, 0)

export interface RetentionClass {
  name: string
  /** JSON-escaped, for a row. */
  bytes: Buffer
  retentionMs: number
}

/** The window of allowed times, for one arrival after the other. */
export class TimeWindow {
  /** Arrival of the current batch, ms since 1970. NaN where it is not known: then every time is allowed. */
  private receivedMs = Number.NaN
  private readonly rules: RetentionRules
  private retention: Retention
  private classes: ReadonlyMap<string, RetentionClass>

  constructor(rules: RetentionRules) {
    this.rules = rules
    this.retention = rules.at(Number.NaN)
    this.classes = classesOf(this.retention)
  }

  /** Sets the arrival. Returns true where other rules are in force than for the arrival before. */
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

  isTooOld(ms: number, { retentionMs }: RetentionClass): boolean {
    return ms < this.receivedMs - retentionMs
  }

  isInTheFuture(ms: number): boolean {
    return ms > this.receivedMs + aheadMsMax
  }
}

const classesOf = ({ rules }: Retention): ReadonlyMap<string, RetentionClass> =>
  new Map(
    [...rules].map(([name, days]) => [
      name,
      { name, bytes: Buffer.from(JSON.stringify(name).slice(1, -1)), retentionMs: days * dayMs },
    ]),
  )

/** The sentence for a line that is too old. It names the setting. */
export function tooOld(time: string, { name, retentionMs }: RetentionClass): string {
  const limit = `${daysText(retentionMs / dayMs)}, AFTERLOG_RETENTION or PUT /v1/retention`
  return `time ${time} is older than lines of class ${name} are kept (${limit})`
}

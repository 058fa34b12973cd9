// kafkajs' log, as pino lines. kafkajs calls every failed attempt an error and repeats it as long as a broker is away: here it is a
// warning, and one text is written once in ten seconds, with the number of times it came meanwhile. Only fields known to be harmless pass.
import { logLevel, type LogEntry, type logCreator } from 'kafkajs'
import type { Logger } from '#shared/logger.ts'

const quietMs = 10_000
const textsMax = 500

/** Fields of kafkajs that help to find the cause. Payloads, configuration and whatever else it attaches stay out. */
const fields = [
  'broker',
  'error',
  'groupId',
  'memberId',
  'topic',
  'partition',
  'retryCount',
  'retryTime',
  'groupProtocol',
  'duration',
]

/** What kafkajs says about settings that we chose on purpose. publisher.ts says why its retries may be limited. */
const known = /^Limiting retries for the idempotent producer/

/** What kafkajs need not even format for this logger. */
export function kafkaLogLevel(log: Logger): logLevel {
  if (log.isLevelEnabled('trace')) return logLevel.DEBUG
  return log.isLevelEnabled('info') ? logLevel.INFO : logLevel.WARN
}

/** `now` in ms. */
export function kafkaLogCreator({ log, now = Date.now }: { log: Logger; now?: () => number }): logCreator {
  const seen = new Map<string, { since: number; repeated: number }>()

  /** How often this text came unwritten before, or undefined where it must wait. */
  function turn(text: string): number | undefined {
    const time = now()
    const last = seen.get(text)
    if (last !== undefined && time - last.since < quietMs) {
      last.repeated++
      return undefined
    }
    if (seen.size >= textsMax) for (const [key, { since }] of seen) if (time - since >= quietMs) seen.delete(key)
    if (seen.size >= textsMax) seen.clear()
    seen.set(text, { since: time, repeated: 0 })
    return last?.repeated ?? 0
  }

  return () =>
    ({ namespace, level, log: entry }: LogEntry) => {
      if (known.test(entry.message)) return
      const text = `kafka ${namespace === '' ? '' : `${namespace}: `}${entry.message}`
      const details = Object.fromEntries(fields.flatMap((field) => (entry[field] === undefined ? [] : [[field, entry[field]]])))
      if (level === logLevel.DEBUG) return log.trace(details, text)
      const repeated = turn(`${text} ${String(entry['broker'] ?? '')}`)
      if (repeated === undefined) return
      log[level === logLevel.INFO ? 'info' : 'warn'](repeated === 0 ? details : { ...details, repeated }, text)
    }
}

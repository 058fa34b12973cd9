// Writes kafkajs' log as pino lines. kafkajs logs every failed attempt as an error, for as long as a broker is away.
// Here it is a warning, and one text is written once in ten seconds, with the number of its repetitions. Only harmless
// fields pass.
import { logLevel, type LogEntry, type logCreator } from 'kafkajs'
import type { Logger } from '#shared/logger.ts'

const quietMs = 10_000
const textsMax = 500

/** Fields of kafkajs that help to find the cause. Payloads, configuration and other fields stay out. */
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

/** What kafkajs logs about settings that we chose on purpose. publisher.ts explains them. */
const known = /^Limiting retries for the idempotent producer/

/** Returns the level below which kafkajs need not even format messages. */
export function kafkaLogLevel(log: Logger): logLevel {
  if (log.isLevelEnabled('trace')) return logLevel.DEBUG
  return log.isLevelEnabled('info') ? logLevel.INFO : logLevel.WARN
}

/** @param now Returns ms. */
export function kafkaLogCreator({ log, now = Date.now }: { log: Logger; now?: () => number }): logCreator {
  const written = new Map<string, { since: number; repeated: number }>()

  /** Returns how often the text came since it was written last, or undefined where it must wait. */
  function turn(text: string): number | undefined {
    const time = now()
    const last = written.get(text)
    if (last !== undefined && time - last.since < quietMs) {
      last.repeated++
      return undefined
    }
    if (written.size >= textsMax)
      for (const [key, { since }] of written) if (time - since >= quietMs) written.delete(key)
    if (written.size >= textsMax) written.clear()
    written.set(text, { since: time, repeated: 0 })
    return last?.repeated ?? 0
  }

  return () =>
    ({ namespace, level, log: entry }: LogEntry) => {
      if (known.test(entry.message)) return
      const text = `kafka ${namespace === '' ? '' : `${namespace}: `}${entry.message}`
      const details = Object.fromEntries(
        fields.flatMap((field) => (entry[field] === undefined ? [] : [[field, entry[field]]])),
      )
      if (level === logLevel.DEBUG) return log.trace(details, text)
      const repeated = turn(`${text} ${String(entry['broker'] ?? '')}`)
      if (repeated === undefined) return
      log[level === logLevel.INFO ? 'info' : 'warn'](repeated === 0 ? details : { ...details, repeated }, text)
    }
}

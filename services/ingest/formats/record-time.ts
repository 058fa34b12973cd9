// The time of a record: RFC 3339 or a number since 1970, and a sentence about a time that is neither, or that no line
// may have.
import { unescapeJson } from './json-escape.ts'
import { falseValue, nested, nullValue, numberValue, plainString, trueValue } from './json-scanner.ts'
import { type RecordScanner, slot } from './record-scanner.ts'
import type { TimeReader } from './time-bytes.ts'

/** Times in ns since 1970 have 64 bits: they end on 2262-04-11. In ms since 1970. */
const nsTimeMaxMs = 9_223_372_036_854

const rightTimes = 'send RFC 3339, such as 2026-11-23T10:00:00.123456789Z, or seconds, ms, µs or ns since 1970'

/** Reads the time into `time`. Returns a sentence where it is none. */
export function readTime(slots: RecordScanner, bytes: Buffer, time: TimeReader): string | undefined {
  const kind = slots.kind[slot.time]!
  const start = slots.start[slot.time]!
  const stop = slots.stop[slot.time]!
  if (kind === numberValue) return time.epoch(bytes, start, stop) ? undefined : badTime(bytes, start, stop, kind)
  if (!slots.isString(slot.time)) return badTime(bytes, start, stop, kind)
  if (kind === plainString && time.rfc3339(bytes, start, stop)) return undefined
  // Escapes, such as \u002b for a plus, and blanks around the time mean nothing.
  const text = kind === plainString ? bytes.subarray(start, stop) : unescapeJson(bytes, start, stop)
  let [from, to] = [0, text.length]
  while (from < to && text[from]! <= 0x20) from++
  while (to > from && text[to - 1]! <= 0x20) to--
  return time.rfc3339(text, from, to) || time.epoch(text, from, to) ? undefined : badTime(text, from, to, kind)
}

const excerptBytesMax = 60

function excerpt(bytes: Buffer, start: number, stop: number): string {
  const text = bytes.toString('utf8', start, Math.min(stop, start + excerptBytesMax))
  return stop - start > excerptBytesMax ? `${text}…` : text
}

function badTime(bytes: Buffer, start: number, stop: number, kind: number): string {
  const value = excerpt(bytes, start, stop)
  if (kind === nullValue) return `time is null; ${rightTimes}`
  if (value === '') return `time is empty; ${rightTimes}`
  return `time ${value} ${problemOf(value, kind)}; ${rightTimes}`
}

const dateTime = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:[.,]\d+)?/

function problemOf(value: string, kind: number): string {
  if (kind === nested) return value.startsWith('{') ? 'is an object' : 'is an array'
  if (kind === trueValue || kind === falseValue) return 'is no time'
  const match = dateTime.exec(value)
  if (match !== null && match[0].length === value.length)
    return 'has no zone: Z or an offset such as +02:00 must end it'
  if (match !== null && /^[Zz]$|^[+-]\d{2}:\d{2}$/.test(value.slice(match[0].length)))
    return 'has a month, day, hour, minute or second that does not exist'
  if (match !== null) return 'must end in Z or an offset such as +02:00'
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return 'is a date without a time of day'
  return /^[+\d.-]/.test(value) && !/[a-df-z]/i.test(value)
    ? 'is not a number as JSON spells it'
    : 'is neither a date nor a number'
}

/** Returns a sentence where a line cannot have the time that was read of the slots, whatever its retention. */
export function impossibleTime(ms: number, slots: RecordScanner, bytes: Buffer): string | undefined {
  if (ms >= 0 && ms <= nsTimeMaxMs) return undefined
  const isDate = Math.abs(ms) <= dateMaxMs
  const value = isDate ? timeText(ms) : excerpt(bytes, slots.start[slot.time]!, slots.stop[slot.time]!)
  if (ms < 0) return `time ${value} is before 1970`
  return isDate
    ? `time ${value} is after 2262, where ns since 1970 end`
    : `time ${value} is a number too large for ns since 1970, which end in 2262: send at most 19 digits`
}

/** The last time of a Date. */
const dateMaxMs = 8.64e15

export const timeText = (ms: number): string => new Date(ms).toISOString()

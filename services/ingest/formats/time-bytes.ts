// Reads the times of records from bytes: RFC 3339 to the nanosecond, or integer ns since 1970. A time is two numbers,
// so that the hot path makes no object per line.

/** Holds the time that it read last. One reader belongs to one decoder. */
export class TimeReader {
  /** Whole seconds since 1970, floored. */
  seconds = 0
  /** 0 to 999,999,999. */
  nanos = 0

  /**
   * Reads `2026-11-23T10:00:00.123456789Z`, or a time with an offset such as +02:00. Returns false for any other text.
   */
  rfc3339(bytes: Buffer, start: number, stop: number): boolean {
    if (stop - start < 20 || stop - start > 45) return false
    const year = digits(bytes, start, 4)
    const month = digits(bytes, start + 5, 2)
    const day = digits(bytes, start + 8, 2)
    const hour = digits(bytes, start + 11, 2)
    const minute = digits(bytes, start + 14, 2)
    const second = digits(bytes, start + 17, 2)
    const t = bytes[start + 10]! | 0x20
    if (bytes[start + 4] !== 0x2d || bytes[start + 7] !== 0x2d || (t !== 0x74 && t !== 0x20)) return false
    if (bytes[start + 13] !== 0x3a || bytes[start + 16] !== 0x3a) return false
    if (year < 0 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return false
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return false
    let pos = start + 19
    this.nanos = 0
    if (bytes[pos] === 0x2e || bytes[pos] === 0x2c) {
      let scale = 100_000_000
      const from = ++pos
      while (pos < stop && bytes[pos]! >= 0x30 && bytes[pos]! <= 0x39) {
        this.nanos += (bytes[pos]! - 0x30) * scale
        scale = Math.floor(scale / 10)
        pos++
      }
      if (pos === from) return false
    }
    const offset = readOffset(bytes, pos, stop)
    if (offset !== offset) return false
    this.seconds = daysSince1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset
    return true
  }

  /** Reads ns since 1970 as digits with an optional minus. Returns false for any other text, or beyond 64 bits. */
  epochNs(bytes: Buffer, start: number, stop: number): boolean {
    const negative = bytes[start] === 0x2d
    const from = negative ? start + 1 : start
    const count = stop - from
    if (count < 1 || count > 19) return false
    for (let i = from; i < stop; i++) if (bytes[i]! < 0x30 || bytes[i]! > 0x39) return false
    const split = Math.max(from, stop - 9)
    const whole = split === from ? 0 : digits(bytes, from, split - from)
    const rest = digits(bytes, split, stop - split)
    this.seconds = negative ? (rest === 0 ? -whole : -whole - 1) : whole
    this.nanos = negative && rest > 0 ? 1_000_000_000 - rest : rest
    return true
  }

  /** Milliseconds since 1970, to compare with arrival times. */
  get ms(): number {
    return this.seconds * 1000 + Math.floor(this.nanos / 1_000_000)
  }
}

function digits(bytes: Buffer, start: number, count: number): number {
  let value = 0
  for (let i = start; i < start + count; i++) {
    const digit = bytes[i]! - 0x30
    if (!(digit >= 0 && digit <= 9)) return -1
    value = value * 10 + digit
  }
  return value
}

/** Seconds east of UTC, or NaN. */
function readOffset(bytes: Buffer, pos: number, stop: number): number {
  const sign = bytes[pos]!
  if (pos >= stop) return Number.NaN
  if (sign === 0x5a || sign === 0x7a) return pos + 1 === stop ? 0 : Number.NaN
  if ((sign !== 0x2b && sign !== 0x2d) || pos + 6 !== stop || bytes[pos + 3] !== 0x3a) return Number.NaN
  const hours = digits(bytes, pos + 1, 2)
  const minutes = digits(bytes, pos + 4, 2)
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return Number.NaN
  return (sign === 0x2b ? 1 : -1) * (hours * 3600 + minutes * 60)
}

const leap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0

function daysIn(year: number, month: number): number {
  if (month === 2) return leap(year) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** Days from 1970-01-01 in the proleptic Gregorian calendar (the well-known civil-day count by eras of 400 years). */
function daysSince1970(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
}

// Reads the times of records from bytes: RFC 3339 to the nanosecond, or a number since 1970. A time is two numbers, so
// that the hot path makes no object per line.

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

  /**
   * Reads a number since 1970, spelled as in JSON: seconds below 10^10, ms below 10^13, µs below 10^16, ns from there.
   * It reads the digits, since a double is not exact to the nanosecond; digits behind nanoseconds are dropped. A number
   * of 10^19 or more becomes an infinite time. Returns false for text that is not a number.
   */
  epoch(bytes: Buffer, start: number, stop: number): boolean {
    const negative = bytes[start] === 0x2d
    const first = negative ? start + 1 : start
    const point = endOfDigits(bytes, first, stop)
    const end = point < stop && bytes[point] === 0x2e ? endOfDigits(bytes, point + 1, stop) : point
    if (point === first || end === point + 1) return false
    const exponent = readExponent(bytes, end, stop)
    if (exponent !== exponent) return false
    let from = first
    while (from < end && (bytes[from] === 0x30 || from === point)) from++
    const whole = (from < point ? point - from : point + 1 - from) + exponent
    this.seconds = from < end && whole > 19 ? Number.POSITIVE_INFINITY : 0
    this.nanos = 0
    if (this.seconds === 0) this.addDigits(bytes, from, end, point, whole - unitDigits(whole) - 1)
    if (negative) this.negate()
    return true
  }

  /** Adds the digits in [from, end), of which the first counts 10^place seconds. */
  private addDigits(bytes: Buffer, from: number, end: number, point: number, firstPlace: number): void {
    let place = firstPlace
    for (let at = from; at < end && place >= -9; at++) {
      if (at === point) continue
      const digit = bytes[at]! - 0x30
      if (place >= 0) this.seconds += digit * powers[place]!
      else this.nanos += digit * powers[place + 9]!
      place--
    }
  }

  private negate(): void {
    this.seconds = 0 - this.seconds
    if (this.nanos === 0) return
    this.seconds--
    this.nanos = 1_000_000_000 - this.nanos
  }

  /** Milliseconds since 1970, to compare with arrival times. */
  get ms(): number {
    return this.seconds * 1000 + Math.floor(this.nanos / 1_000_000)
  }
}

const powers = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]

/** Tells the unit of a time by its digits before the point: how many of them are a fraction of a second. */
const unitDigits = (whole: number): number => (whole <= 10 ? 0 : whole <= 13 ? 3 : whole <= 16 ? 6 : 9)

function endOfDigits(bytes: Buffer, start: number, stop: number): number {
  let pos = start
  while (pos < stop && bytes[pos]! >= 0x30 && bytes[pos]! <= 0x39) pos++
  return pos
}

/** Reads an exponent such as e+18, or 0 where nothing is left. Returns NaN for any other text. */
function readExponent(bytes: Buffer, start: number, stop: number): number {
  if (start === stop) return 0
  if (bytes[start] !== 0x65 && bytes[start] !== 0x45) return Number.NaN
  const sign = bytes[start + 1]
  const from = start + (sign === 0x2b || sign === 0x2d ? 2 : 1)
  if (from >= stop || endOfDigits(bytes, from, stop) !== stop) return Number.NaN
  const exponent = digits(bytes, from, stop - from)
  return sign === 0x2d ? -exponent : exponent
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

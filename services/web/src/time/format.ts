// Pure: times of answers (RFC 3339 in UTC with nine digits) as people read them, in UTC or in the time of the browser.
// Digits are cut, never rounded, so that a time on the page is the beginning of the one in the answer.

export type Zone = 'utc' | 'local'

export const epochMs = (time: string): number => Date.parse(time)

const two = (n: number): string => String(n).padStart(2, '0')

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

interface Parts {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
}

function partsOf(ms: number, zone: Zone): Parts {
  const date = new Date(ms)
  return zone === 'utc'
    ? {
        year: date.getUTCFullYear(),
        month: date.getUTCMonth(),
        day: date.getUTCDate(),
        hour: date.getUTCHours(),
        minute: date.getUTCMinutes(),
        second: date.getUTCSeconds(),
      }
    : {
        year: date.getFullYear(),
        month: date.getMonth(),
        day: date.getDate(),
        hour: date.getHours(),
        minute: date.getMinutes(),
        second: date.getSeconds(),
      }
}

/** `02:40:25` */
export function clockTime(time: string, zone: Zone): string {
  const { hour, minute, second } = partsOf(epochMs(time), zone)
  return `${two(hour)}:${two(minute)}:${two(second)}`
}

/** `02:40:25.684` */
export const clockTimeMs = (time: string, zone: Zone): string =>
  `${clockTime(time, zone)}.${fractionOf(time).slice(0, 3)}`

/** `1 Dec`, and the year where it is not that of `nowMs`. */
export function dayOf(time: string, zone: Zone, nowMs: number): string {
  const { year, month, day } = partsOf(epochMs(time), zone)
  const text = `${day} ${months[month]}`
  return year === partsOf(nowMs, zone).year ? text : `${text} ${year}`
}

/** All digits, with the zone: `2026-12-01 02:40:25.684809592 UTC`. */
export function wholeTime(time: string, zone: Zone): string {
  const { year, month, day } = partsOf(epochMs(time), zone)
  const date = `${year}-${two(month + 1)}-${two(day)}`
  return `${date} ${clockTime(time, zone)}.${fractionOf(time)} ${zoneName(zone, epochMs(time))}`
}

/** `UTC`, or the offset of the browser at that time: `UTC+01:00`. */
export function zoneName(zone: Zone, ms: number): string {
  if (zone === 'utc') return 'UTC'
  const offset = -new Date(ms).getTimezoneOffset()
  const minutes = Math.abs(offset)
  return `UTC${offset < 0 ? '−' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

const fractionOf = (time: string): string => (/\.(\d+)/.exec(time)?.[1] ?? '').padEnd(9, '0')

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const

/** A length of time in its two largest units: `2h 3m`, `41s`, `120ms`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.trunc(ms))}ms`
  const first = units.findIndex(([, size]) => ms >= size)
  const [unit, size] = units[first]!
  const whole = Math.floor(ms / size)
  const next = units[first + 1]
  const rest = next === undefined ? 0 : Math.floor((ms - whole * size) / next[1])
  return rest === 0 || next === undefined ? `${whole}${unit}` : `${whole}${unit} ${rest}${next[0]}`
}

/** `4m 2s ago`; a time ahead of the clock is `now`. */
export const ago = (time: string, nowMs: number): string =>
  epochMs(time) >= nowMs ? 'now' : `${duration(nowMs - epochMs(time))} ago`

// Pure: times and spans of time for people who read a page. Times are cut to ms, as they stand in lines, and are UTC.

/** `2026-11-23 10:00:00.123 UTC`, without ms where there are none. */
export const stamp = (time: string | null): string => (time === null ? '' : `${dayOf(time)} ${clockOf(time)} UTC`)

export const dayOf = (time: string): string => time.slice(0, 10)

/** `10:00:00.123`, without ms where there are none. */
export const clockOf = (time: string): string => time.slice(11, 23).replace('.000', '')

/** `50 min ago`; '' of a time that is not past. `nowMs` is in epoch ms. */
export function ago(time: string, nowMs: number): string {
  const ms = nowMs - msOf(time)
  return ms < 0 ? '' : ms < 1000 ? 'just now' : `${coarse(ms)} ago`
}

/** `1 h 49 min`; '' where the end is before the start. */
export function span(from: string, to: string): string {
  const ms = msOf(to) - msOf(from)
  return ms < 0 ? '' : ms < 1000 ? `${ms} ms` : fine(ms)
}

const msOf = (time: string): number => Date.parse(`${time.slice(0, 23)}Z`)

const units = [
  { ms: 86_400_000, name: 'd' },
  { ms: 3_600_000, name: 'h' },
  { ms: 60_000, name: 'min' },
  { ms: 1000, name: 's' },
]

function coarse(ms: number): string {
  const unit = units.find((one) => ms >= one.ms)!
  return `${Math.floor(ms / unit.ms)} ${unit.name}`
}

function fine(ms: number): string {
  const i = units.findIndex((one) => ms >= one.ms)
  const rest = units[i + 1] === undefined ? 0 : Math.floor((ms % units[i]!.ms) / units[i + 1]!.ms)
  return `${coarse(ms)}${rest === 0 ? '' : ` ${rest} ${units[i + 1]!.name}`}`
}

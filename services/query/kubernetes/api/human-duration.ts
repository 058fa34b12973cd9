// Pure: durations as kubectl prints them: k8s.io/apimachinery pkg/util/duration/duration.go, HumanDuration.

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
const year = 365 * day

/** `3h25m` of 12,300,000 ms. */
export function humanDuration(ms: number): string {
  const count = (unit: number): number => Math.floor(ms / unit)
  const and = (whole: number, unit: string, rest: number, restUnit: string): string =>
    rest === 0 ? `${whole}${unit}` : `${whole}${unit}${rest}${restUnit}`
  if (ms < -second) return '<invalid>'
  if (ms < 0) return '0s'
  if (ms < 2 * minute) return `${count(second)}s`
  if (ms < 10 * minute) return and(count(minute), 'm', count(second) % 60, 's')
  if (ms < 3 * hour) return `${count(minute)}m`
  if (ms < 8 * hour) return and(count(hour), 'h', count(minute) % 60, 'm')
  if (ms < 2 * day) return `${count(hour)}h`
  if (ms < 8 * day) return and(count(day), 'd', count(hour) % 24, 'h')
  if (ms < 2 * year) return `${count(day)}d`
  if (ms < 8 * year) return and(count(year), 'y', count(day) % 365, 'd')
  return `${count(year)}y`
}

/** The time since `time` (RFC 3339); `<unknown>` where it is not known. */
export function since(time: string | null | undefined, nowMs: number): string {
  const at = time === null || time === undefined ? Number.NaN : Date.parse(time)
  return Number.isNaN(at) ? '<unknown>' : humanDuration(nowMs - at)
}

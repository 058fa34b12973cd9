// Kubernetes' times (RFC 3339, whole seconds or microseconds) in the form in which the engine reads a DateTime64(9).
// Go's zero time means "not set".
import { aheadMsMax } from '#shared/lifecycle/clock.ts'
import { lineTimeMaxMs } from './time-window.ts'

/**
 * Returns `2026-11-23 10:00:00.123456789` in UTC, null where the time is not set, and undefined where the text is not a
 * time between 1970 and 2105, which is also the range of lines.
 */
export function parseKubernetesTime(text: string): string | null | undefined {
  const parts = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:[.,](\d{1,18}))?([Zz]|[+-]\d\d:?\d\d)$/.exec(text)
  if (parts === null) return undefined
  const [, day, clock, fraction = '', zone] = parts as unknown as [string, string, string, string | undefined, string]
  if (day === '0001-01-01') return null
  const offset = zone.length === 1 ? 'Z' : zone.includes(':') ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`
  const ms = Date.parse(`${day}T${clock}${offset}`)
  // Date.parse turns 31 April into 1 May.
  if (Number.isNaN(ms) || !isDay(day)) return undefined
  if (ms < 0 || ms >= lineTimeMaxMs) return undefined
  const iso = new Date(ms).toISOString()
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}.${fraction.slice(0, 9).padEnd(9, '0')}`
}

/** Returns the later of two times in the form that parseKubernetesTime returns. */
export function laterOf(a: string | null, b: string | null): string | null {
  if (a === null) return b
  return b === null || a > b ? a : b
}

/**
 * Returns the latest time that a fact received at `receivedMs` may have: an hour later, as for lines. NaN allows any
 * time.
 */
export function latestBelieved(receivedMs: number): string {
  const ms = Number.isNaN(receivedMs) ? lineTimeMaxMs : receivedMs + aheadMsMax
  return `${new Date(ms).toISOString().slice(0, 23).replace('T', ' ')}999999`
}

/** Returns the time so many whole seconds earlier, but not before 1970. */
export function secondsBefore(time: string, seconds: number): string {
  const ms = Date.parse(`${time.slice(0, 10)}T${time.slice(11, 19)}Z`) - seconds * 1000
  const iso = new Date(Math.max(ms, 0)).toISOString()
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}${time.slice(19)}`
}

function isDay(day: string): boolean {
  const ms = Date.parse(`${day}T00:00:00Z`)
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day)
}

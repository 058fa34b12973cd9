// Times as Kubernetes writes them (RFC 3339, whole seconds or microseconds) as the engine reads a DateTime64(9). Go's zero time
// means "not set".
import { aheadMsMax, lineTimeMaxMs } from './time-window.ts'

/** `2026-11-23 10:00:00.123456789` in UTC; null where it is not set; undefined where it is no time between 1970 and 2105, as of lines. */
export function parseKubernetesTime(text: string): string | null | undefined {
  const parts = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:[.,](\d{1,18}))?([Zz]|[+-]\d\d:?\d\d)$/.exec(text)
  if (parts === null) return undefined
  const [, day, clock, fraction = '', zone] = parts as unknown as [string, string, string, string | undefined, string]
  if (day === '0001-01-01') return null
  const offset = zone.length === 1 ? 'Z' : zone.includes(':') ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`
  const ms = Date.parse(`${day}T${clock}${offset}`)
  // Date.parse rolls 31 April over into May.
  if (Number.isNaN(ms) || !isDay(day)) return undefined
  if (ms < 0 || ms >= lineTimeMaxMs) return undefined
  const iso = new Date(ms).toISOString()
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}.${fraction.slice(0, 9).padEnd(9, '0')}`
}

/** The later of two times in the form above. */
export function laterOf(a: string | null, b: string | null): string | null {
  if (a === null) return b
  return b === null || a > b ? a : b
}

/** The latest time that something told at `receivedMs` can have had: an hour more, as of lines. NaN, where nobody knows, believes all. */
export function latestBelieved(receivedMs: number): string {
  const ms = Number.isNaN(receivedMs) ? lineTimeMaxMs : receivedMs + aheadMsMax
  return `${new Date(ms).toISOString().slice(0, 23).replace('T', ' ')}999999`
}

/** Whole seconds taken off; stays within 1970 by stopping there. */
export function secondsBefore(time: string, seconds: number): string {
  const ms = Date.parse(`${time.slice(0, 10)}T${time.slice(11, 19)}Z`) - seconds * 1000
  const iso = new Date(Math.max(ms, 0)).toISOString()
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}${time.slice(19)}`
}

function isDay(day: string): boolean {
  const ms = Date.parse(`${day}T00:00:00Z`)
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day)
}

// Pure: makes times in logs comparable: RFC 3339 in UTC with exactly nine digits, as the query API writes them.

const shape = /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,9})\d*)?([Zz]|[+-]\d{2}:?\d{2})?$/

/**
 * Turns `2026-11-23T11:00:00.5+01:00` into `2026-11-23T10:00:00.500000000Z`, and other text into undefined. A time
 * without a zone counts as UTC.
 */
export function canonicalTime(text: string): string | undefined {
  if (text.length === 30 && text.endsWith('Z') && /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{9}Z$/.test(text))
    return text
  const parts = shape.exec(text)
  if (parts === null) return undefined
  const [, year, month, day, hour, minute, second, fraction = '', zone = 'Z'] = parts
  let ms = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second))
  if (!/^[Zz]$/.test(zone)) {
    const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))
    ms -= (zone.startsWith('-') ? -minutes : minutes) * 60_000
  }
  return timeOfMs(ms, fraction)
}

/** Returns the whole seconds of `ms`, with the given digits behind the point. */
export function timeOfMs(ms: number, fraction: string): string | undefined {
  if (!Number.isFinite(ms)) return undefined
  return `${new Date(ms).toISOString().slice(0, 19)}.${fraction.slice(0, 9).padEnd(9, '0')}Z`
}

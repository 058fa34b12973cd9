// What a template works on: text, whole numbers (bigint), other numbers, times, and what JSON has.

export interface TemplateTime {
  tsNs: bigint
  /** Name of the zone in which it is written. */
  zone: string
}

export type Value =
  | string
  | bigint
  | number
  | boolean
  | null
  | undefined
  | TemplateTime
  | readonly Value[]
  | ReadonlyMap<string, Value>

/** A template that fails on a line; its message becomes `__error_details__`. */
export class TemplateError extends Error {}

export const isList = (value: Value): value is readonly Value[] => Array.isArray(value)
export const isMap = (value: Value): value is ReadonlyMap<string, Value> => value instanceof Map
export const isTime = (value: Value): value is TemplateTime =>
  typeof value === 'object' && value !== null && 'tsNs' in value

export function isTrue(value: Value): boolean {
  if (isList(value)) return value.length > 0
  if (isMap(value)) return value.size > 0
  if (isTime(value)) return true
  return value !== undefined && value !== null && value !== '' && value !== false && value !== 0 && value !== 0n
}

export function typeName(value: Value): string {
  if (typeof value === 'string') return 'string'
  if (typeof value === 'bigint') return 'int'
  if (typeof value === 'number') return 'float64'
  if (typeof value === 'boolean') return 'bool'
  if (isTime(value)) return 'time.Time'
  return isList(value) ? '[]interface {}' : isMap(value) ? 'map[string]interface {}' : 'nil'
}

/** A value as Go prints it by `%v`. */
export function printed(value: Value, timeText: (time: TemplateTime) => string): string {
  if (value === undefined) return '<no value>'
  if (value === null) return '<nil>'
  if (typeof value === 'number') return printedFloat(value)
  if (isTime(value)) return timeText(value)
  if (isList(value)) return `[${value.map((each) => printed(each, timeText)).join(' ')}]`
  if (isMap(value))
    return `map[${sortedEntries(value)
      .map(([key, each]) => `${key}:${printed(each, timeText)}`)
      .join(' ')}]`
  return String(value)
}

export const sortedEntries = (map: ReadonlyMap<string, Value>): [string, Value][] =>
  [...map].toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))

export function printedFloat(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-4 || size >= 1e6)) {
    const [digits, power] = value.toExponential().split('e')
    const exponent = Number(power)
    return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
  }
  return Object.is(value, -0) ? '-0' : String(value)
}

// Pure: the type of a field by a value of it, as /loki/api/v1/detected_fields names types.

export type FieldType = 'string' | 'int' | 'float' | 'boolean' | 'duration' | 'bytes'

const duration = /^-?(?:\d+(?:\.\d+)?(?:ns|us|µs|μs|ms|s|m|h))+$/
const bytes = /^\d+(?:\.\d+)?\s?(?:[kmgtpe]i?)?b$/i

export function fieldType(value: string): FieldType {
  if (/^[+-]?\d{1,19}$/.test(value)) return 'int'
  if (/^[+-]?(?:\d+\.\d*|\.\d+|\d+(?=e))(?:e[+-]?\d+)?$/i.test(value)) return 'float'
  if (/^(?:true|false)$/i.test(value)) return 'boolean'
  if (duration.test(value)) return 'duration'
  return bytes.test(value) ? 'bytes' : 'string'
}

/** The type of a field with values of both types. */
export function commonType(a: FieldType, b: FieldType): FieldType {
  if (a === b) return a
  const isNumber = (type: FieldType): boolean => type === 'int' || type === 'float'
  return isNumber(a) && isNumber(b) ? 'float' : 'string'
}

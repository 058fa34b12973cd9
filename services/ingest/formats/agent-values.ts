// Values of the records of agents, as JSON and msgpack have them.

/** A value of a record, as JSON and msgpack have them. bigint: a whole number. */
export type Value = string | number | bigint | boolean | null | undefined | Uint8Array | readonly Value[] | Fields
export interface Fields {
  readonly [name: string]: Value
}

/**
 * Whether an object is flattened into names with dots: each of its names has the one of the object in front. What is
 * deeper, or has a longer name, is an attribute as JSON.
 */
export const isFlattened = (name: string, depth: number): boolean => depth < 8 && name.length <= 256

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)

export function textOf(value: Exclude<Value, null | undefined>): string {
  if (typeof value === 'string') return value
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString()
  return typeof value === 'object' ? jsonOf(value) : String(value)
}

/** Of ES2026, which the checker's library does not have yet. */
const { rawJSON: rawJson } = JSON as unknown as { rawJSON(text: string): unknown }

/** JSON of values, whose bytes are text and whose whole numbers may be large. */
export const jsonOf = (value: Value): string =>
  JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'bigint' ? rawJson(String(each)) : each instanceof Uint8Array ? textOf(each) : each,
  )

/** An id of a trace as W3C writes it: hex without dashes, in small letters. One of zeros is none. */
export function traceIdOf(text: string | undefined): string | undefined {
  if (text === undefined || !/^[\da-f-]{16,36}$/i.test(text)) return text
  const id = text.replaceAll('-', '').toLowerCase()
  return /^0+$/.test(id) ? undefined : id
}

export function isEmpty(fields: Fields): boolean {
  for (const _ in fields) return false
  return true
}

// Values of a record's slots that are not text: counts, flags, maps.
import { falseValue, none, nullValue, numberValue, plainString, trueValue } from './json-scanner.ts'
import type { RecordScanner } from './record-scanner.ts'
import { readStringMap } from './string-map.ts'

/**
 * A whole number from 0 to `max`, also as a string of digits, as agents that parse paths send it; `otherwise` where the field is not
 * there or null, -2 where it is none.
 */
export function readCount(slots: RecordScanner, bytes: Buffer, index: number, otherwise: number, max: number): number {
  const kind = slots.kind[index]!
  if (kind === none || kind === nullValue) return otherwise
  if (kind !== numberValue && kind !== plainString) return -2
  const start = slots.start[index]!
  const stop = slots.stop[index]!
  if (stop - start < 1 || stop - start > 16) return -2
  let value = 0
  for (let i = start; i < stop; i++) {
    const digit = bytes[i]! - 0x30
    if (!(digit >= 0 && digit <= 9)) return -2
    value = value * 10 + digit
  }
  return value <= max ? value : -2
}

/** True, or false where the field is false, null or not there; undefined where it is anything else. */
export function readFlag(slots: RecordScanner, index: number): boolean | undefined {
  const kind = slots.kind[index]!
  if (kind === trueValue) return true
  return kind === none || kind === nullValue || kind === falseValue ? false : undefined
}

/** An object of strings as JSON; null where the field is not there, undefined where it is no object. */
export function readMap(slots: RecordScanner, bytes: Buffer, index: number): Buffer | null | undefined {
  const kind = slots.kind[index]!
  if (kind === none || kind === nullValue) return null
  return slots.isNested(index) ? readStringMap(bytes, slots.start[index]!, slots.stop[index]!) : undefined
}

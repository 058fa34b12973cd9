// Reads the values of a record's slots that are not text: counts, flags, maps.
import { falseValue, none, nullValue, numberValue, plainString, trueValue } from './json-scanner.ts'
import { type RecordScanner, slot } from './record-scanner.ts'
import { readStringMap } from './string-map.ts'

/**
 * Reads a whole number from 0 to `max`. Agents that parse paths send it as a string of digits, which is read too.
 * Returns
 * `otherwise` where the field is missing or null, and -2 for any other value.
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

/** Returns false where the field is false, null or missing, and undefined where it is not a flag. */
export function readFlag(slots: RecordScanner, index: number): boolean | undefined {
  const kind = slots.kind[index]!
  if (kind === trueValue) return true
  return kind === none || kind === nullValue || kind === falseValue ? false : undefined
}

/** Returns 1 for stdout, 2 for stderr, 0 where the field is missing, null or empty, and undefined for any other value. */
export function readStream(slots: RecordScanner, bytes: Buffer): number | undefined {
  const kind = slots.kind[slot.stream]!
  if (kind === none || kind === nullValue) return 0
  if (!slots.isString(slot.stream)) return undefined
  const stream = bytes.toString('latin1', slots.start[slot.stream], slots.stop[slot.stream])
  const known = ['', 'stdout', 'stderr'].indexOf(stream)
  return known < 0 ? undefined : known
}

/**
 * Returns an object of strings as JSON, null where the field is missing or null, undefined where it is not an object.
 */
export function readMap(slots: RecordScanner, bytes: Buffer, index: number): Buffer | null | undefined {
  const kind = slots.kind[index]!
  if (kind === none || kind === nullValue) return null
  return slots.isNested(index) ? readStringMap(bytes, slots.start[index]!, slots.stop[index]!) : undefined
}

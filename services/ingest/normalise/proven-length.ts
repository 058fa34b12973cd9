// The bytes of a record in its file, as far as its row may say them.
import { endsInMark } from '#shared/lines/cut-mark.ts'
import { unescapeJson } from '../formats/json-escape.ts'
import { recordBytesMax } from './line-cap.ts'

/**
 * Returns -1 where the text is longer than `length` says, or was cut: then offset + length does not prove where the
 * next line begins.
 */
export function provenLength(length: number, bytes: Buffer, start: number, stop: number): number {
  if (length <= 0 || (stop - start > recordBytesMax && endsInMark(bytes, stop))) return -1
  return stop - start > length && unescapeJson(bytes, start, stop).length > length ? -1 : length
}

// Lines over a cap are cut with a mark that people can see, not refused (docs/formats.md). Text is what lies inside a
// JSON string.
import { escapeJson, unescapeJson } from '../formats/json-escape.ts'

/** Bytes of one record's message. */
export const recordBytesMax = 256 * 1024
/** Bytes of a line joined from fragments. */
export const joinedBytesMax = 1024 * 1024

/**
 * The escaped text, cut to `bytesMax` of what it stands for, never inside a UTF-8 sequence. Returned as it is where it fits, and where
 * it was cut already: a line that goes through Kafka is decoded twice.
 */
export function capEscaped(escaped: Buffer, bytesMax: number): Buffer {
  if (escaped.length <= bytesMax) return escaped
  const text = unescapeJson(escaped, 0, escaped.length)
  if (text.length <= bytesMax || isCut(text, bytesMax)) return escaped
  let stop = bytesMax
  while (stop > bytesMax - 4 && (text[stop]! & 0xc0) === 0x80) stop--
  return escapeJson(
    Buffer.concat([text.subarray(0, stop), Buffer.from(` …[cut by Afterlog: the first ${stop} of ${text.length} bytes]`)]),
  )
}

const markBytesMax = 80

/** Whether text that ends at `stop` ends in the mark, escaped or not. */
export const endsInMark = (bytes: Buffer, stop: number): boolean =>
  / …\[cut by Afterlog: the first \d+ of \d+ bytes\]$/.test(bytes.toString('utf8', Math.max(0, stop - markBytesMax), stop))

const isCut = (text: Buffer, bytesMax: number): boolean => text.length <= bytesMax + markBytesMax && endsInMark(text, text.length)

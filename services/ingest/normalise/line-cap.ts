// Cuts lines over a cap, with a mark that readers can see, instead of refusing them (docs/formats.md). Text here is the
// escaped content of a JSON string.
import { cutMarkBytesMax, endsInMark, markOfCut } from '#shared/lines/cut-mark.ts'
import { escapeJson, unescapeJson } from '../formats/json-escape.ts'

/** The most bytes of one record's message. */
export const recordBytesMax = 256 * 1024
/** The most bytes of a line joined from fragments. */
export const joinedBytesMax = 1024 * 1024

/**
 * Cuts the escaped text so that it stands for at most `bytesMax` bytes, never inside a UTF-8 sequence. Text that fits
 * is returned unchanged, and so is text that was cut before: a line that goes through Kafka is decoded twice.
 */
export function capEscaped(escaped: Buffer, bytesMax: number): Buffer {
  if (escaped.length <= bytesMax) return escaped
  const text = unescapeJson(escaped, 0, escaped.length)
  return text.length <= bytesMax || isCut(text, bytesMax) ? escaped : cut(text, bytesMax)
}

/** As `capEscaped`, of the text itself. Returns it escaped. */
export const capText = (text: Buffer, bytesMax: number): Buffer =>
  text.length <= bytesMax || isCut(text, bytesMax) ? escapeJson(text) : cut(text, bytesMax)

function cut(text: Buffer, bytesMax: number): Buffer {
  let stop = bytesMax
  while (stop > bytesMax - 4 && (text[stop]! & 0xc0) === 0x80) stop--
  return escapeJson(Buffer.concat([text.subarray(0, stop), markOfCut(stop, text)]))
}

const isCut = (text: Buffer, bytesMax: number): boolean =>
  text.length <= bytesMax + cutMarkBytesMax && endsInMark(text, text.length)

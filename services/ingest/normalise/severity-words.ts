// Whether a word in the head of a text is its level, by what stands around it.
import {
  isBlankOrEnd,
  isColumnEnd,
  isDigit,
  isLower,
  isUpper,
  skipBlanks,
  skipColours,
  wordLevel,
} from './severity-bytes.ts'
import { type LastWord, lastWord } from './severity-last-word.ts'

/**
 * Returns the level of the letters at [start, end), of which `last` says what stands before them; or 0 where they are
 * no level.
 */
export function wordLevelAt(bytes: Buffer, start: number, end: number, stop: number, last: LastWord): number {
  const word = wordLevel(bytes, start, end, false)
  if (word === 0) return 0
  const coloured = colouredColon(bytes, end, stop)
  const colon = coloured >= 0 || (bytes[end] === 0x3a && end < stop)
  const level = colon ? word : wordLevel(bytes, start, end, true)
  if (level === 0) return 0
  // DEBUG1 to DEBUG5 of PostgreSQL, INFO2 of OpenTelemetry.
  const numbered = isDigit(bytes[end]) && end < stop ? end + 1 : end
  const after = coloured >= 0 ? coloured : numbered
  if (!isEnd(bytes, after, stop) || isCount(bytes, after, stop)) return 0
  if (isUpper(bytes, start, end))
    return last === lastWord.number || (bytes[after] === 0x2c && bytes[start - 1] !== 0x2c) ? 0 : level
  if (isFatalError(bytes, start, end)) return fatal
  if (colon) return isBlankOrEnd(bytes, after + 1, stop) && !isAlert(bytes, start, end) ? level : 0
  if (!isLower(bytes, start, end)) return 0
  const isColumn = isColumnEnd(bytes, skipBlanks(bytes, after, stop))
  return last === lastWord.time || (isColumn && last !== lastWord.number) ? level : 0
}

const fatal = 6

/** Where the colon stands behind the end of a word's colour, as winston has it: `ESC[32minfo ESC[39m: x`; or -1. */
function colouredColon(bytes: Buffer, end: number, stop: number): number {
  let pos = end
  while (bytes[pos] === 0x20) pos++
  const behind = skipColours(bytes, pos, stop)
  return behind > pos && behind < stop && bytes[behind] === 0x3a ? behind : -1
}

/** A level ends before a blank, an escape, or a mark that loggers write. */
function isEnd(bytes: Buffer, after: number, stop: number): boolean {
  if (after >= stop) return true
  switch (bytes[after]!) {
    case 0x5c:
      return bytes[after + 1] !== 0x22
    case 0x20:
    case 0x21: // !
    case 0x2c: // ,
    case 0x3a: // :
    case 0x5b: // [
    case 0x7c: // |
      return true
    default:
      return false
  }
}

/** Whether the number 0 follows: `ERROR: 0` counts something. */
function isCount(bytes: Buffer, after: number, stop: number): boolean {
  const at = skipBlanks(bytes, bytes[after] === 0x3a ? after + 1 : after, stop)
  if (at >= stop || bytes[at] !== 0x30) return false
  return isBlankOrEnd(bytes, at + 1, stop) || bytes[at + 1] === 0x2c || bytes[at + 1] === 0x3b
}

/** An alert may be what the line is about: only `ALERT:` is a level. */
const isAlert = (bytes: Buffer, start: number, end: number): boolean =>
  end - start === 5 && (bytes[start]! | 0x20) === 0x61

/** `Fatal error:`, as PHP and Go have it. */
const isFatalError = (bytes: Buffer, start: number, end: number): boolean =>
  end - start === 5 && /^fatal error:/i.test(bytes.toString('latin1', start, start + 12))

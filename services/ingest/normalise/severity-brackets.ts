// The level in brackets: `[error]`, `[WARN ]`, `[core:error]`, `[2026-11-23 10:00:00,123: ERROR/MainProcess]`, `<Error>`.
import { endOfLetters, isDigit, isLetter, isLower, isUpper, skipColours, wordLevel } from './severity-bytes.ts'
import { letterLevel } from './severity-fields.ts'

const groupBytesMax = 120

/** Returns where the bracket at `start` is closed, or -1 where it is not within reach. */
export function endOfGroup(bytes: Buffer, start: number, stop: number, close: number): number {
  const limit = Math.min(stop, start + groupBytesMax)
  for (let pos = start + 1; pos < limit; pos++) if (bytes[pos] === close) return pos
  return -1
}

/** Returns the index into `severities` that the text between two brackets states, or 0. */
export function bracketLevel(bytes: Buffer, start: number, end: number): number {
  let pos = start
  while (bytes[pos] === 0x20) pos++
  if (bytes[pos] === 0x5c) pos = skipColours(bytes, pos, end)
  if (pos >= end) return 0
  const first = endOfLetters(bytes, pos, end)
  if (first > pos && isRest(bytes, first, end)) {
    const level = wordLevel(bytes, pos, first, false)
    if (level > 0) return level
  }
  // Jupyter's `[E 10:00:00 App]`.
  if (first === pos + 1 && bytes[first] === 0x20 && isDigit(bytes[first + 1])) return letterLevel(bytes[pos]!)
  for (; pos < end; pos++) {
    if (!isLetter(bytes[pos])) continue
    const stop = endOfLetters(bytes, pos, end)
    const level = wordLevel(bytes, pos, stop, true)
    if (level > 0 && isLevel(bytes, pos, stop, start, end)) return level
    pos = stop
  }
  return 0
}

/** Whether only blanks and colours are left. */
function isRest(bytes: Buffer, start: number, end: number): boolean {
  let pos = start
  while (pos < end && (bytes[pos] === 0x20 || isDigit(bytes[pos]))) pos++
  if (bytes[pos] === 0x5c) pos = skipColours(bytes, pos, end)
  return pos >= end
}

/** A word among others is a level in capitals, or behind a time or the name of a module. */
function isLevel(bytes: Buffer, start: number, stop: number, from: number, end: number): boolean {
  const before = start > from ? bytes[start - 1]! : 0x20
  const after = stop < end ? bytes[stop]! : 0x20
  if (isUpper(bytes, start, stop)) return isEdge(before) && isEdge(after)
  if (!isLower(bytes, start, stop) || stop < end) return false
  return before === 0x3a || (before === 0x20 && isDigit(bytes[start - 2]))
}

/** Blank, comma, slash, colon, bar, escape. */
const isEdge = (byte: number): boolean =>
  byte === 0x20 || byte === 0x2c || byte === 0x2f || byte === 0x3a || byte === 0x7c || byte === 0x5c

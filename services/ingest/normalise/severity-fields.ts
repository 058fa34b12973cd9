// The fields that state a level, in JSON and in logfmt: which keys they have, and what their values mean.
import { kindsOfKeys } from './json-keys.ts'
import {
  endOfLetters,
  isBlankOrEnd,
  isDigit,
  isLetter,
  isQuote,
  skipBlanks,
  skipColours,
  wordLevel,
} from './severity-bytes.ts'
import { dotnetLevel, hundredsLevel, monologLevel, otelLevel, pythonLevel, syslogLevel, tensLevel } from './severity.ts'

/** What a key of the top level is. 0 is any other key. */
export const keyKind = {
  /** Its value may be a word, or a number of pino, bunyan, Monolog, and of GELF where the line is of GELF. */
  level: 1,
  severity: 2,
  /** A number of syslog. */
  priority: 3,
  levelno: 4,
  severityNumber: 5,
  loglevel: 6,
  /** MongoDB's `s`: one letter. */
  letter: 7,
  /** An object that holds the field, as in `"log":{"level":…}`. */
  container: 8,
  /** Says that the line is of GELF. */
  gelf: 9,
  /** Serilog's time: a line that has it and no `@l` is of level information. */
  serilog: 10,
  /** MongoDB's `t`, an object, which says that `s` is a level. */
  mongo: 11,
  /** The text of the line. */
  message: 12,
} as const

/** The kind of a key. */
export const kindOfKey = kindsOfKeys({
  level: keyKind.level,
  lvl: keyKind.level,
  levelname: keyKind.level,
  '@level': keyKind.level,
  '@l': keyKind.level,
  severity: keyKind.severity,
  sev: keyKind.severity,
  severitytext: keyKind.severity,
  priority: keyKind.priority,
  levelno: keyKind.levelno,
  severitynumber: keyKind.severityNumber,
  loglevel: keyKind.loglevel,
  s: keyKind.letter,
  t: keyKind.mongo,
  log: keyKind.container,
  shortmessage: keyKind.gelf,
  '@t': keyKind.serilog,
  msg: keyKind.message,
  message: keyKind.message,
  event: keyKind.message,
})

/** Returns where the value at `start` has its word or number: behind a quote, blanks and colours. */
export function fieldValue(bytes: Buffer, start: number, stop: number): number {
  const pos = isQuote(bytes, start) ? start + 2 : bytes[start] === 0x27 ? start + 1 : start
  return isLetter(bytes[pos]) ? pos : skipColours(bytes, skipBlanks(bytes, pos, stop), stop)
}

/** Returns the level of the word, letter or number that is the value at `start`, with or without quotes, or 0. */
export function fieldLevel(bytes: Buffer, start: number, stop: number, kind: number): number {
  const pos = fieldValue(bytes, start, stop)
  if (isDigit(bytes[pos])) return numberLevel(bytes, pos, stop, kind)
  const end = endOfLetters(bytes, pos, stop)
  if (kind === keyKind.letter) return end === pos + 1 ? letterLevel(bytes[pos]!) : 0
  if (kind > keyKind.loglevel) return 0
  if (end === pos + 1) return isOfWord(kind) && isValueEnd(bytes, end, stop) ? wordLetterLevel(bytes[pos]!) : 0
  const next = bytes[end]
  return end < stop && (next === 0x5f || (next === 0x2d && isLetter(bytes[end + 1])))
    ? 0
    : wordLevel(bytes, pos, end, false)
}

/** Whether the value at `start`, which states a level, is a word that has no other meaning. */
export const isSure = (bytes: Buffer, start: number, stop: number, kind: number): boolean => {
  const pos = fieldValue(bytes, start, stop)
  return isOfWord(kind) && wordLevel(bytes, pos, endOfLetters(bytes, pos, stop), true) > 0
}

const isOfWord = (kind: number): boolean =>
  kind === keyKind.level || kind === keyKind.severity || kind === keyKind.loglevel

/** A blank, an escape, a comma, an apostrophe or a bracket is next. */
const isValueEnd = (bytes: Buffer, at: number, stop: number): boolean =>
  isBlankOrEnd(bytes, at, stop) || bytes[at] === 0x2c || bytes[at] === 0x27 || bytes[at] === 0x5d || bytes[at] === 0x29

function numberLevel(bytes: Buffer, start: number, stop: number, kind: number): number {
  let pos = start
  let value = 0
  for (; pos < stop && isDigit(bytes[pos]) && pos - start < 4; pos++) value = value * 10 + bytes[pos]! - 0x30
  if (pos - start > 3 || bytes[pos] === 0x2e || isLetter(bytes[pos])) return 0
  switch (kind) {
    case keyKind.level:
      return tensLevel(value) || monologLevel(value)
    case keyKind.severity:
      return hundredsLevel(value)
    case keyKind.priority:
      return syslogLevel(value)
    case keyKind.levelno:
      return pythonLevel(value)
    case keyKind.severityNumber:
      return otelLevel(value)
    case keyKind.loglevel:
      return dotnetLevel(value) || tensLevel(value)
    default:
      return 0
  }
}

/** Of a letter that stands for itself: C and N mean too much else. */
export const wordLetterLevel = (letter: number): number =>
  letter === 0x43 || letter === 0x4e ? 0 : letterLevel(letter)

/** The level of a letter: `I` of klog, MongoDB, Ruby and others. */
export function letterLevel(letter: number): number {
  switch (letter) {
    case 0x54: // T
    case 0x56: // V
      return 1
    case 0x44: // D
      return 2
    case 0x49: // I
    case 0x4e: // N
      return 3
    case 0x57: // W
      return 4
    case 0x45: // E
      return 5
    case 0x46: // F
    case 0x43: // C
      return 6
    default:
      return 0
  }
}

// Lines whose beginning alone states their level: those of klog and glog, syslog's priority, Ruby's and Redis' letters and
// marks, and what runtimes write when a program ends.
import { isDigit, isUpper, skipBlanks, skipColours } from './severity-bytes.ts'
import { letterLevel } from './severity-fields.ts'
import { syslogLevel } from './severity.ts'

const [error, fatal] = [5, 6]

const beginnings: readonly (readonly [string, number])[] = [
  ['Traceback (most recent call last)', error],
  ['Exception in thread ', error],
  ['Caused by: ', error],
  ['fatal error: ', fatal],
  ['[signal SIG', fatal],
  ['Segmentation fault', fatal],
  ['terminate called ', fatal],
  ['Unhandled exception. ', fatal],
  ['Unhandled Exception: ', fatal],
]
const byFirstByte: (readonly { bytes: Buffer; level: number }[] | undefined)[] = Array.from({ length: 128 })
for (const [text, level] of beginnings) {
  const bytes = Buffer.from(text)
  byFirstByte[bytes[0]!] = [...(byFirstByte[bytes[0]!] ?? []), { bytes, level }]
}

/** Returns the index into `severities` that the beginning of a text states, or 0. */
export function beginningLevel(bytes: Buffer, start: number, stop: number): number {
  const first = bytes[start]!
  if (isDigit(first)) return redisLevel(bytes, start, stop)
  if (first === 0x3c) return priorityLevel(bytes, start, stop)
  const second = bytes[start + 1]
  if (isDigit(second)) return klogLevel(bytes, start, stop)
  if (isUpper(bytes, start, start + 4)) {
    const level = logrusLevel(bytes, start, stop)
    if (level > 0) return level
  }
  if (second === 0x2c) return bytes[start + 2] === 0x20 && bytes[start + 3] === 0x5b ? letterLevel(first) : 0
  if (first === 0x67) return isRunning(bytes, start, stop) ? fatal : 0
  if (first === 0x74) return isPanic(bytes, start, stop) ? fatal : 0
  const texts = byFirstByte[first]
  if (texts !== undefined)
    for (let t = 0; t < texts.length; t++) if (startsWith(bytes, start, stop, texts[t]!.bytes)) return texts[t]!.level
  return 0
}

const goroutine = Buffer.from('goroutine ')
const thread = Buffer.from("thread '")

function startsWith(bytes: Buffer, start: number, stop: number, text: Buffer): boolean {
  if (stop - start < text.length) return false
  for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text[i]) return false
  return true
}

/** `goroutine 1 [running]`: other goroutines of a dump wait. */
function isRunning(bytes: Buffer, start: number, stop: number): boolean {
  if (!startsWith(bytes, start, stop, goroutine)) return false
  let pos = start + goroutine.length
  while (pos < stop && isDigit(bytes[pos])) pos++
  return startsWith(bytes, pos, stop, running)
}

/** Rust: `thread 'main' panicked at …`, and since 1.90 with the number of the thread behind its name. */
const isPanic = (bytes: Buffer, start: number, stop: number): boolean =>
  startsWith(bytes, start, stop, thread) &&
  /^thread '.*' (?:\(\d+\) )?panicked at /.test(bytes.toString('latin1', start, Math.min(stop, start + 200)))

const running = Buffer.from(' [running')

const logrusLevels: Readonly<Record<string, number>> = { TRAC: 1, DEBU: 2, INFO: 3, WARN: 4, ERRO: 5, FATA: 6, PANI: 6 }

/** logrus at a terminal: four letters and the seconds since its start, or a time: `ERRO[0007] …`, in colours too. */
function logrusLevel(bytes: Buffer, start: number, stop: number): number {
  const next = bytes[start + 4]
  if (next !== 0x5b && next !== 0x5c && next !== 0x20) return 0
  const open = skipColours(bytes, skipBlanks(bytes, start + 4, stop), stop)
  if (open >= stop || bytes[open] !== 0x5b || !isDigit(bytes[open + 1])) return 0
  return logrusLevels[bytes.toString('latin1', start, start + 4)] ?? 0
}

/** klog's `E1123 10:00:00.…`, and glog's with a year: `E20261123 10:…`. */
function klogLevel(bytes: Buffer, start: number, stop: number): number {
  let pos = start + 1
  while (isDigit(bytes[pos])) pos++
  if ((pos - start !== 5 && pos - start !== 9) || pos + 4 > stop || bytes[pos] !== 0x20) return 0
  if (!isDigit(bytes[pos + 1]) || !isDigit(bytes[pos + 2]) || bytes[pos + 3] !== 0x3a) return 0
  const letter = bytes[start]!
  return letter === 0x49 || letter === 0x57 || letter === 0x45 || letter === 0x46 ? letterLevel(letter) : 0
}

/** Syslog's `<11>`, which systemd reads too. */
function priorityLevel(bytes: Buffer, start: number, stop: number): number {
  let value = 0
  let pos = start + 1
  for (; pos < stop && pos < start + 4 && isDigit(bytes[pos]); pos++) value = value * 10 + bytes[pos]! - 0x30
  return pos > start + 1 && bytes[pos] === 0x3e && value < 192 ? syslogLevel(value % 8) : 0
}

/** Redis' mark behind the time: `1:M 29 Nov 2026 10:00:00.123 # …`. */
function redisLevel(bytes: Buffer, start: number, stop: number): number {
  let pos = start
  while (pos < stop && isDigit(bytes[pos])) pos++
  if (bytes[pos] !== 0x3a || bytes[pos + 1]! < 0x41 || bytes[pos + 1]! > 0x5a || bytes[pos + 2] !== 0x20) return 0
  for (let words = 0; words < 4; words++) {
    while (pos < stop && bytes[pos] !== 0x20) pos++
    pos = skipBlanks(bytes, pos, stop)
  }
  // The time has come where a year stands before it, or was the word before.
  while (pos < stop && isDigit(bytes[pos])) {
    while (pos < stop && bytes[pos] !== 0x20) pos++
    pos = skipBlanks(bytes, pos, stop)
  }
  if (bytes[pos + 1] !== 0x20) return 0
  switch (bytes[pos]!) {
    case 0x23: // #
      return 4
    case 0x2a: // *
      return 3
    case 0x2d: // -
    case 0x2e: // .
      return 2
    default:
      return 0
  }
}

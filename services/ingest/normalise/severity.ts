// The severity of a line: the agent's word for it, by aliases, or else the level that the text states. Six levels, or
// none.

export type Severity = '' | 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'

export const severities: readonly Severity[] = ['', 'trace', 'debug', 'info', 'warn', 'error', 'fatal']

const aliases: Readonly<Record<string, Severity>> = {
  trace: 'trace',
  trc: 'trace',
  finest: 'trace',
  finer: 'trace',
  verbose: 'trace',
  debug: 'debug',
  dbg: 'debug',
  fine: 'debug',
  config: 'debug',
  info: 'info',
  inf: 'info',
  information: 'info',
  informational: 'info',
  notice: 'info',
  log: 'info',
  normal: 'info',
  warn: 'warn',
  warning: 'warn',
  wrn: 'warn',
  error: 'error',
  err: 'error',
  severe: 'error',
  eror: 'error',
  fatal: 'fatal',
  ftl: 'fatal',
  panic: 'fatal',
  crit: 'fatal',
  critical: 'fatal',
  emerg: 'fatal',
  emergency: 'fatal',
  alert: 'fatal',
  dpanic: 'fatal',
}

/** Returns the severity that an agent's word means, in any case and by any alias, or '' for an unknown word. */
export function normaliseSeverity(word: string): Severity {
  return aliases[word.trim().toLowerCase()] ?? ''
}

/** How many bytes of a message are searched: levels stand near the front. */
const window = 160
const letter = new Uint8Array(256)
for (let i = 0; i < 26; i++) letter[0x41 + i] = letter[0x61 + i] = 1
const digit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39

/** Returns the index into `severities` for the word at [start, stop), or 0. */
function wordLevel(bytes: Buffer, start: number, stop: number): number {
  const length = stop - start
  if (length < 3 || length > 8) return 0
  switch (((bytes[start]! | 0x20) << 16) | ((bytes[start + 1]! | 0x20) << 8) | (bytes[start + 2]! | 0x20)) {
    case 0x747261: // tra
      return length === 5 && ends(bytes, stop, 0x63, 0x65) ? 1 : 0
    case 0x646562: // deb
      return length === 5 && ends(bytes, stop, 0x75, 0x67) ? 2 : 0
    case 0x696e66: // inf
      return length === 4 && ends(bytes, stop, 0x66, 0x6f) ? 3 : 0
    case 0x6e6f74: // not
      return length === 6 && ends(bytes, stop, 0x63, 0x65) ? 3 : 0
    case 0x776172: // war
      return (length === 4 && ends(bytes, stop, 0x72, 0x6e)) || (length === 7 && ends(bytes, stop, 0x6e, 0x67)) ? 4 : 0
    case 0x657272: // err
      return length === 3 || (length === 5 && ends(bytes, stop, 0x6f, 0x72)) ? 5 : 0
    case 0x736576: // sev
      return length === 6 && ends(bytes, stop, 0x72, 0x65) ? 5 : 0
    case 0x666174: // fat
      return length === 5 && ends(bytes, stop, 0x61, 0x6c) ? 6 : 0
    case 0x70616e: // pan
      return length === 5 && ends(bytes, stop, 0x69, 0x63) ? 6 : 0
    case 0x637269: // cri
      return length === 4 || (length === 8 && ends(bytes, stop, 0x61, 0x6c)) ? 6 : 0
    case 0x656d65: // eme
      return length === 5 && ends(bytes, stop, 0x72, 0x67) ? 6 : 0
    default:
      return 0
  }
}

const ends = (bytes: Buffer, stop: number, a: number, b: number): boolean =>
  (bytes[stop - 2]! | 0x20) === a && (bytes[stop - 1]! | 0x20) === b

/** Whether the word is a key whose value is a level: level, lvl, severity, loglevel. */
function isLevelKey(bytes: Buffer, start: number, stop: number): boolean {
  const length = stop - start
  if (length !== 5 && length !== 3 && length !== 8) return false
  const first = bytes[start]! | 0x20
  if (length === 8)
    return (first === 0x73 && ends(bytes, stop, 0x74, 0x79)) || (first === 0x6c && ends(bytes, stop, 0x65, 0x6c))
  return (
    first === 0x6c &&
    ((length === 5 && ends(bytes, stop, 0x65, 0x6c) && (bytes[start + 2]! | 0x20) === 0x76) ||
      (length === 3 && ends(bytes, stop, 0x76, 0x6c)))
  )
}

/**
 * Returns the index into `severities` of the level that a message states, or 0: klog's `E1123 …`, `level=error`,
 * `"level":"error"`, pino's `"level":50`, `[warn]`, `ERROR` in capitals, `error:` at the start. Reads JSON-escaped
 * bytes as well.
 */
export function detectSeverity(bytes: Buffer, start: number, stop: number): number {
  const end = Math.min(stop, start + window)
  if (
    digit(bytes[start + 1]) &&
    digit(bytes[start + 2]) &&
    digit(bytes[start + 3]) &&
    digit(bytes[start + 4]) &&
    end > start + 5 &&
    bytes[start + 5] === 0x20
  ) {
    const klog = klogLevel(bytes[start]!)
    if (klog > 0) return klog
  }
  let afterKey = false
  for (let pos = start; pos < end; pos++) {
    const byte = bytes[pos]!
    if (byte === 0x5c) {
      pos++
      continue
    }
    if (letter[byte] === 0) {
      if (afterKey && digit(byte))
        return digit(bytes[pos + 1]) && bytes[pos + 1] === zeroByte && !digit(bytes[pos + 2]) && byte <= 0x36
          ? byte - zeroByte
          : 0
      continue
    }
    const from = pos
    while (pos < end && letter[bytes[pos]!] === 1) pos++
    const level = wordLevel(bytes, from, pos)
    if (level > 0) {
      const before = from > start ? bytes[from - 1]! : 0
      const after = pos < stop ? bytes[pos]! : 0
      const whole =
        !digit(before) && !digit(after) && before !== 0x5f && after !== 0x5f && before !== 0x2d && after !== 0x2d
      if (afterKey || (before === 0x5b && after === 0x5d) || (from === start && after === 0x3a)) return level
      if (whole && isUpper(bytes, from, pos)) return level
    }
    afterKey = isLevelKey(bytes, from, pos)
    pos--
  }
  return 0
}

const zeroByte = 0x30

function klogLevel(byte: number): number {
  switch (byte) {
    case 0x49:
      return 3
    case 0x57:
      return 4
    case 0x45:
      return 5
    case 0x46:
      return 6
    default:
      return 0
  }
}

function isUpper(bytes: Buffer, start: number, stop: number): boolean {
  for (let i = start; i < stop; i++) if (bytes[i]! > 0x5a) return false
  return true
}

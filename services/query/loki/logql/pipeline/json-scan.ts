// {"a": {"b": 1.0}, "c": "x"}
// Members of a JSON object in order, each value as it is written. What stands before a mistake is found, and numbers
// keep their digits, as a log line's reader expects.

export type JsonKind = 'string' | 'number' | 'boolean' | 'null' | 'object' | 'array'

/** `raw`: of a string, what stands between its quotes. Whoever returns true needs no more. */
export type OnMember = (key: string, raw: string, kind: JsonKind) => boolean | void

export class JsonError extends Error {}

/** Calls `onMember` for each member of the object that the text begins with. Throws JsonError. */
export function eachMember(text: string, onMember: OnMember): void {
  let at = skipBlanks(text, 0)
  if (text[at] !== '{') throw new JsonError("Value looks like object, but can't find closing '}' symbol")
  at = skipBlanks(text, at + 1)
  if (text[at] === '}') return
  for (;;) {
    at = skipBlanks(text, at)
    if (at >= text.length) throw new JsonError('Malformed JSON error')
    if (text[at] === '}') return
    if (text[at] !== '"') throw new JsonError("Value looks like object, but can't find closing '}' symbol")
    const keyEnd = stringEnd(text, at + 1)
    if (keyEnd < 0) throw new JsonError('Malformed JSON error')
    const key = unescaped(text.slice(at + 1, keyEnd))
    if (key === undefined) throw new JsonError('Encountered an invalid escape sequence in a string')
    at = skipBlanks(text, keyEnd + 1)
    if (text[at] !== ':') throw new JsonError('Malformed JSON error')
    const value = valueAt(text, at + 1)
    if (onMember(key, value.raw, value.kind) === true) return
    at = skipBlanks(text, value.end)
    if (text[at] === '}') return
    if (text[at] !== ',') throw new JsonError("Value looks like object, but can't find closing '}' symbol")
    at += 1
  }
}

/** Calls `onItem` for each item of the array that begins here. `end`: where it ends, or where it cannot be read on. */
export function eachItem(text: string, from: number, onItem: (item: JsonValue) => void): { end: number } {
  let at = skipBlanks(text, from + 1)
  if (text[at] === ']') return { end: at }
  for (;;) {
    let value: JsonValue
    try {
      value = valueAt(text, at)
    } catch (error) {
      if (error instanceof JsonError) return { end: at }
      throw error
    }
    onItem(value)
    at = skipBlanks(text, value.end)
    if (text[at] !== ',') return { end: at }
    at += 1
  }
}

export interface JsonValue {
  raw: string
  kind: JsonKind
  end: number
}

/** The value that begins here. Throws JsonError. */
export function valueAt(text: string, from: number): JsonValue {
  const at = skipBlanks(text, from)
  const char = text[at]
  if (char === undefined) throw new JsonError('Malformed JSON error')
  if (char === '"') {
    const end = stringEnd(text, at + 1)
    if (end < 0) throw new JsonError("Value is string, but can't find closing '\"' symbol")
    return { raw: text.slice(at + 1, end), kind: 'string', end: end + 1 }
  }
  if (char === '{' || char === '[') {
    const end = blockEnd(text, at)
    if (end < 0)
      throw new JsonError(
        char === '{'
          ? "Value looks like object, but can't find closing '}' symbol"
          : "Value is array, but can't find closing ']' symbol",
      )
    return { raw: text.slice(at, end), kind: char === '{' ? 'object' : 'array', end }
  }
  const end = tokenEnd(text, at)
  const raw = text.slice(at, end)
  const kind = tokenKind(raw)
  if (kind === undefined) throw new JsonError('Unknown value type')
  return { raw, kind, end }
}

export function skipBlanks(text: string, from: number): number {
  let at = from
  while (at < text.length && blanks.has(text.charCodeAt(at))) at += 1
  return at
}
const blanks = new Set([32, 10, 13, 9])

export function stringEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 34) return at
    if (code === 92) at += 1
  }
  return -1
}

export function blockEnd(text: string, from: number): number {
  const open = text[from]!
  const close = open === '{' ? '}' : ']'
  let depth = 0
  for (let at = from; at < text.length; at++) {
    const char = text[at]
    if (char === '"') {
      at = stringEnd(text, at + 1)
      if (at < 0) return -1
    } else if (char === open) depth += 1
    else if (char === close && --depth === 0) return at + 1
  }
  return -1
}

function tokenEnd(text: string, from: number): number {
  let at = from
  while (at < text.length && !/[\s,}\]]/.test(text[at]!)) at += 1
  return at
}

function tokenKind(raw: string): JsonKind | undefined {
  if (raw === 'true' || raw === 'false') return 'boolean'
  if (raw === 'null') return 'null'
  return /^[-\d]/.test(raw) ? 'number' : undefined
}

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

/** Undefined where an escape is none. `isForgiving`: `\'` is one, and half a surrogate pair is U+FFFD. */
export function unescaped(raw: string, isForgiving = false): string | undefined {
  if (!raw.includes('\\')) return raw
  let text = ''
  for (let at = 0; at < raw.length; at++) {
    if (raw[at] !== '\\') {
      text += raw[at]
      continue
    }
    const char = raw[++at]
    if (char === undefined) return undefined
    if (char !== 'u') {
      const value = Object.hasOwn(escapes, char) ? escapes[char] : char === "'" && isForgiving ? char : undefined
      if (value === undefined) return undefined
      text += value
      continue
    }
    const unit = hexUnit(raw, at + 1)
    if (unit === undefined) return undefined
    at += 4
    if (unit < 0xd800 || unit > 0xdfff) {
      text += String.fromCharCode(unit)
      continue
    }
    const low = raw[at + 1] === '\\' && raw[at + 2] === 'u' ? hexUnit(raw, at + 3) : undefined
    if (unit > 0xdbff || low === undefined || low < 0xdc00 || low > 0xdfff) {
      if (!isForgiving) return undefined
      text += '\uFFFD'
      continue
    }
    text += String.fromCharCode(unit, low)
    at += 6
  }
  return text
}

function hexUnit(text: string, at: number): number | undefined {
  const digits = text.slice(at, at + 4)
  return /^[0-9a-fA-F]{4}$/.test(digits) ? Number.parseInt(digits, 16) : undefined
}

/** The text of a string's raw value: '' where an escape is none, and no U+FFFD. */
export const jsonText = (raw: string): string => withoutReplacement(unescaped(raw) ?? '')

/** A label has a blank where bytes were no UTF-8. */
export const withoutReplacement = (text: string): string => text.replaceAll('\uFFFD', ' ')

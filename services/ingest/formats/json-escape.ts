// JSON string escapes on bytes, so that bytes that are not UTF-8 survive. A lone surrogate becomes U+FFFD.
import { isUtf8 } from 'node:buffer'

/**
 * Returns the bytes that the JSON string content [start, stop) stands for. The scanner must have checked the escapes.
 */
export function unescapeJson(bytes: Buffer, start: number, stop: number): Buffer {
  const out = Buffer.allocUnsafe(stop - start + 3)
  let length = 0
  let pos = start
  while (pos < stop) {
    const byte = bytes[pos]!
    if (byte !== 0x5c) {
      out[length++] = byte
      pos++
      continue
    }
    const escape = bytes[pos + 1]!
    if (escape !== 0x75) {
      out[length++] = unescaped(escape)
      pos += 2
      continue
    }
    let code = hex4(bytes, pos + 2)
    pos += 6
    if (code >= 0xd800 && code <= 0xdfff) {
      const low =
        code < 0xdc00 && pos + 6 <= stop && bytes[pos] === 0x5c && bytes[pos + 1] === 0x75 ? hex4(bytes, pos + 2) : 0
      if (low >= 0xdc00 && low <= 0xdfff) {
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00)
        pos += 6
      } else code = 0xfffd
    }
    length = writeUtf8(out, length, code)
  }
  return out.subarray(0, length)
}

/** Whether a string came from text: bytes that are not UTF-8 have become U+FFFD. */
export const isFromText = (text: string): boolean => text.isWellFormed() && !text.includes('\ufffd')

/** Of a string that is no text. */
export const notText = 'must be UTF-8, without half of a character: two names that differ would be one'

/** Whether the JSON string content [start, stop) is UTF-8, and each escaped surrogate is one of a pair. */
export function isText(bytes: Buffer, start: number, stop: number): boolean {
  const content = bytes.subarray(start, stop)
  if (!isUtf8(content)) return false
  if (!/\\u[dD][89a-fA-F]/.test(content.toString('latin1'))) return true
  return !unescapeJson(bytes, start, stop).includes(replacement)
}

const replacement = Buffer.from('\ufffd')

/** Returns the length of what `unescapeJson` returns. `plain` says that there is no escape. */
export function unescapedLength(bytes: Buffer, start: number, stop: number, plain: boolean): number {
  if (plain) return stop - start
  let length = 0
  for (let pos = start; pos < stop; length++) {
    if (bytes[pos] !== 0x5c) pos++
    else if (bytes[pos + 1] !== 0x75) pos += 2
    else return length + unescapeJson(bytes, pos, stop).length
  }
  return length
}

/** Escapes bytes for a JSON string: quote, backslash and control bytes only, with the short escape where one exists. */
export function escapeJson(bytes: Buffer): Buffer {
  let extra = 0
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!
    if (byte === 0x22 || byte === 0x5c) extra++
    else if (byte < 0x20) extra += 5
  }
  if (extra === 0) return bytes
  const out = Buffer.allocUnsafe(bytes.length + extra)
  let length = 0
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!
    const short = byte === 0x22 || byte === 0x5c ? byte : byte < 0x20 ? shortEscape(byte) : 0
    if (short > 0) {
      out[length++] = 0x5c
      out[length++] = short
    } else if (byte < 0x20) {
      out[length++] = 0x5c
      out[length++] = 0x75
      out[length++] = 0x30
      out[length++] = 0x30
      out[length++] = 0x30 + (byte >> 4)
      out[length++] = hexDigits[byte & 0x0f]!
    } else out[length++] = byte
  }
  return out.subarray(0, length)
}

const hexDigits = Buffer.from('0123456789abcdef')

/**
 * Rewrites the content of a JSON string to the one spelling that escapeJson writes. A lone surrogate becomes U+FFFD.
 */
export function canonicalEscapes(escaped: Buffer): Buffer {
  return escapeJson(unescapeJson(escaped, 0, escaped.length))
}

function shortEscape(byte: number): number {
  switch (byte) {
    case 0x0a:
      return 0x6e
    case 0x09:
      return 0x74
    case 0x0d:
      return 0x72
    case 0x08:
      return 0x62
    case 0x0c:
      return 0x66
    default:
      return 0
  }
}

function unescaped(escape: number): number {
  switch (escape) {
    case 0x6e:
      return 0x0a
    case 0x74:
      return 0x09
    case 0x72:
      return 0x0d
    case 0x62:
      return 0x08
    case 0x66:
      return 0x0c
    default:
      return escape
  }
}

/** The code unit of four hex digits that a scanner has checked. */
export const hex4 = (bytes: Buffer, at: number): number =>
  (hexDigit(bytes[at]!) << 12) |
  (hexDigit(bytes[at + 1]!) << 8) |
  (hexDigit(bytes[at + 2]!) << 4) |
  hexDigit(bytes[at + 3]!)

/** The value of a digit that was checked. */
const hexDigit = (byte: number): number => (byte <= 0x39 ? byte - 0x30 : (byte | 0x20) - 0x57)

function writeUtf8(out: Buffer, at: number, code: number): number {
  if (code < 0x80) {
    out[at] = code
    return at + 1
  }
  if (code < 0x800) {
    out[at] = 0xc0 | (code >> 6)
    out[at + 1] = 0x80 | (code & 0x3f)
    return at + 2
  }
  if (code < 0x10000) {
    out[at] = 0xe0 | (code >> 12)
    out[at + 1] = 0x80 | ((code >> 6) & 0x3f)
    out[at + 2] = 0x80 | (code & 0x3f)
    return at + 3
  }
  out[at] = 0xf0 | (code >> 18)
  out[at + 1] = 0x80 | ((code >> 12) & 0x3f)
  out[at + 2] = 0x80 | ((code >> 6) & 0x3f)
  out[at + 3] = 0x80 | (code & 0x3f)
  return at + 4
}

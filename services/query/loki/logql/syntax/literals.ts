// "a\tb"  `raw`  5m  1.5s  20KB  0x1f  1e3
// Values as the language of Go writes them.
import type { SyntaxNode } from '@lezer/common'
import type { QueryText } from './query-text.ts'

export function textOf(query: QueryText, node: SyntaxNode): string {
  const written = query.of(node)
  if (written.startsWith('`')) return written.slice(1, -1)
  const text = unquoted(written.slice(1, -1))
  if (text === undefined) throw query.error(node, 'invalid syntax: an escape in this string does not exist')
  return text
}

const simple: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
}

const escapes = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|([\s\S]))/g

/** The text of a quoted string; undefined where an escape is none. */
function unquoted(text: string): string | undefined {
  if (!text.includes('\\')) return text
  const parts: Buffer[] = []
  let end = 0
  for (const match of text.matchAll(escapes)) {
    parts.push(Buffer.from(text.slice(end, match.index)))
    end = match.index + match[0].length
    const [, byte, short, long, octal, char] = match
    if (byte !== undefined) parts.push(Buffer.from([Number.parseInt(byte, 16)]))
    else if (octal !== undefined) {
      const value = Number.parseInt(octal, 8)
      if (value > 255) return undefined
      parts.push(Buffer.from([value]))
    } else if (short !== undefined || long !== undefined) {
      const code = Number.parseInt(short ?? long!, 16)
      if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return undefined
      parts.push(Buffer.from(String.fromCodePoint(code)))
    } else {
      const value = Object.hasOwn(simple, char!) ? simple[char!] : undefined
      if (value === undefined) return undefined
      parts.push(Buffer.from(value))
    }
  }
  parts.push(Buffer.from(text.slice(end)))
  return Buffer.concat(parts).toString('utf8')
}

/** A number as it is written: `1`, `.5`, `1e3`, `0x1f`. */
export const numberOf = (written: string): number => Number(written)

const unitNs: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
  d: 86_400e9,
  w: 604_800e9,
  y: 31_536_000e9,
}

/** ns of `1h30m`, `-5m`, `1.5s`; undefined where it is no duration. */
export function durationNs(written: string): number | undefined {
  const match = /^([+-]?)((?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h|d|w|y))+$/.exec(written)
  if (match === null) return written === '0' || written === '+0' || written === '-0' ? 0 : undefined
  let ns = 0
  for (const [, count, unit] of written.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h|d|w|y)/g))
    ns += Number(count) * unitNs[unit!]!
  return match[1] === '-' ? -ns : ns
}

const unitBytes: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1e3,
  kb: 1e3,
  ki: 1024,
  kib: 1024,
  m: 1e6,
  mb: 1e6,
  mi: 1024 ** 2,
  mib: 1024 ** 2,
  g: 1e9,
  gb: 1e9,
  gi: 1024 ** 3,
  gib: 1024 ** 3,
  t: 1e12,
  tb: 1e12,
  ti: 1024 ** 4,
  tib: 1024 ** 4,
  p: 1e15,
  pb: 1e15,
  pi: 1024 ** 5,
  pib: 1024 ** 5,
  e: 1e18,
  eb: 1e18,
  ei: 1024 ** 6,
  eib: 1024 ** 6,
}

/** Bytes of `20KB`, `1.5 GiB`, `512`; undefined where it is no size. */
export function bytesOf(written: string): number | undefined {
  const match = /^(\d[\d,]*(?:\.\d*)?|\.\d+)\s*([A-Za-z]*)\s*$/.exec(written)
  if (match === null) return undefined
  const unit = unitBytes[match[2]!.toLowerCase()]
  return unit === undefined ? undefined : Math.trunc(Number(match[1]!.replaceAll(',', '')) * unit)
}

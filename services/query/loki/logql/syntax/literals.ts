// "a\tb"  `raw`  20KB  0x1f  1e3
// Values as the language of Go writes them.
import type { SyntaxNode } from '@lezer/common'
import { unquotedGo } from '#shared/go-string.ts'
import type { QueryText } from './query-text.ts'

export function textOf(query: QueryText, node: SyntaxNode): string {
  const written = query.of(node)
  if (written.startsWith('`')) return written.slice(1, -1)
  const text = unquotedGo(written.slice(1, -1))
  if (text === undefined) throw query.error(node, 'invalid syntax: an escape in this string does not exist')
  return text
}

/** A number as it is written: `1`, `.5`, `1e3`, `0x1f`. */
export const numberOf = (written: string): number => Number(written)

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

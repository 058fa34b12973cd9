// ip("10.0.0.1")  ip("10.0.0.0/8")  ip("10.0.0.1-10.0.0.9")  ip("fe80::/10")
// Whether an address that stands anywhere in a text is one of these.

interface Address {
  bits: 32 | 128
  value: bigint
}

/** Throws where the text is no address, range or network. */
export function ipMatcher(pattern: string): (text: string) => boolean {
  const range = rangeOf(pattern)
  if (range === undefined)
    throw new Error(
      `ip: invalid pattern: ${JSON.stringify(pattern)} is no address, network (10.0.0.0/8) or range (10.0.0.1-10.0.0.9)`,
    )
  const { bits, from, to } = range
  return (text) => hasAddress(text, (found) => found.bits === bits && found.value >= from && found.value <= to)
}

function rangeOf(pattern: string): { bits: number; from: bigint; to: bigint } | undefined {
  const single = addressOf(pattern)
  if (single !== undefined) return { bits: single.bits, from: single.value, to: single.value }
  const [, base, length] = /^([^/]+)\/(\d{1,3})$/.exec(pattern) ?? []
  if (base !== undefined) {
    const address = addressOf(base)
    if (address === undefined || Number(length) > address.bits || /^0\d/.test(length!)) return undefined
    const open = BigInt(address.bits - Number(length))
    const from = (address.value >> open) << open
    return { bits: address.bits, from, to: from + (1n << open) - 1n }
  }
  const [first, last, ...more] = pattern.split('-')
  const from = addressOf(first!.trim())
  const to = last === undefined ? undefined : addressOf(last.trim())
  if (from === undefined || to === undefined || more.length > 0) return undefined
  return from.bits === to.bits && from.value <= to.value
    ? { bits: from.bits, from: from.value, to: to.value }
    : undefined
}

function addressOf(text: string): Address | undefined {
  const v4 = v4Value(text)
  if (v4 !== undefined) return { bits: 32, value: v4 }
  const v6 = text.includes(':') ? v6Value(text.replace(/%.+$/, '')) : undefined
  return v6 === undefined ? undefined : { bits: 128, value: v6 }
}

function v4Value(text: string): bigint | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)
  if (match === null) return undefined
  let value = 0n
  for (const part of match.slice(1)) {
    if (Number(part) > 255 || /^0\d/.test(part)) return undefined
    value = value * 256n + BigInt(part)
  }
  return value
}

function v6Value(text: string): bigint | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [head, tail] = halves.map(groupsOf)
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined
  const missing = 8 - head.length - (tail?.length ?? 0)
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined
  let value = 0n
  for (const group of [...head, ...Array.from({ length: missing }, () => 0), ...(tail ?? [])])
    value = value * 65_536n + BigInt(group)
  return value
}

function groupsOf(text: string): number[] | undefined {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':')
  for (const [i, part] of parts.entries()) {
    const v4 = i === parts.length - 1 ? v4Value(part) : undefined
    if (v4 !== undefined) groups.push(Number(v4 >> 16n), Number(v4 & 65_535n))
    else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16))
    else return undefined
  }
  return groups
}

const v4Hint = /^\d(?:\.|.\.|..\.)/s
const v6Hint = /^(?:::[0-9a-fA-F]|[0-9a-fA-F]{1,4}:)/

/** Looks at each run of characters that begins like an address. */
function hasAddress(text: string, isOne: (address: Address) => boolean): boolean {
  for (let at = 0; at < text.length; at++) {
    const rest = text.slice(at, at + 5)
    const isV4 = at + 3 < text.length && v4Hint.test(rest)
    if (!isV4 && !(at + 4 < text.length && v6Hint.test(rest))) continue
    const run = (isV4 ? /^[\d.]*/ : /^[0-9a-fA-F:.]*/).exec(text.slice(at, at + 64))![0]
    const address = addressOf(run)
    if (address !== undefined && isOne(address)) return true
    at += run.length
  }
  return false
}

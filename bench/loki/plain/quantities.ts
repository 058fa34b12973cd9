// Numbers, durations, sizes and networks, as texts of labels have them. Undefined: the text is none.

export function numberOf(text: string): number | undefined {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined
}

const durationUnits: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 }

/** ns of Go's durations, which have no days. */
export function durationOf(text: string): number | undefined {
  if (/^[+-]?0$/.test(text)) return 0
  if (!/^[+-]?((\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h))+$/.test(text)) return undefined
  let total = 0
  for (const [, count, unit] of text.matchAll(/([\d.]+)(ns|us|µs|ms|s|m|h)/g)) total += Number(count) * durationUnits[unit!]!
  return text.startsWith('-') ? -total : total
}

const prefixes = ['', 'k', 'm', 'g', 't', 'p']

/** KB are 1000 bytes, KiB 1024. */
export function bytesOf(text: string): number | undefined {
  const [, count, prefix = '', binary = ''] = /^([\d.,]+)\s*([kmgtp]?)(i?)b?$/i.exec(text.trim()) ?? []
  if (count === undefined || (prefix === '' && binary !== '')) return undefined
  const value = Number(count.replaceAll(',', ''))
  return Number.isNaN(value)
    ? undefined
    : Math.trunc(value * (binary === '' ? 1000 : 1024) ** prefixes.indexOf(prefix.toLowerCase()))
}

/** An address as a number; IPv4 below 2^32. */
function addressOf(text: string): { value: bigint; bits: 32 | 128 } | undefined {
  const four = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number)
  if (four !== undefined)
    return four.some((one) => one > 255)
      ? undefined
      : { value: four.reduce((all, one) => all * 256n + BigInt(one), 0n), bits: 32 }
  const halves = text.split('::')
  if (!/^[0-9a-f:]+$/i.test(text) || !text.includes(':') || halves.length > 2) return undefined
  const [head, tail] = halves.map((half) => (half === '' ? [] : half.split(':')))
  const missing = 8 - head!.length - (tail?.length ?? 0)
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined
  const groups = [...head!, ...Array.from({ length: missing }, () => '0'), ...(tail ?? [])]
  if (groups.some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return undefined
  return { value: groups.reduce((all, group) => all * 65536n + BigInt(`0x${group}`), 0n), bits: 128 }
}

/** Of `10.0.0.0/8`, `10.0.0.1-10.0.0.9` or one address. */
export function networkTest(network: string): (address: string) => boolean {
  const [from, to] = rangeOf(network)
  return (text) => {
    const address = addressOf(text)
    return address !== undefined && address.bits === from.bits && address.value >= from.value && address.value <= to.value
  }
}

function rangeOf(network: string): [ReturnType<typeof known>, ReturnType<typeof known>] {
  const [first, length] = network.split('/')
  if (length !== undefined) {
    const { value, bits } = known(first!)
    const size = 1n << BigInt(bits - Number(length))
    const start = (value / size) * size
    return [
      { value: start, bits },
      { value: start + size - 1n, bits },
    ]
  }
  const [from, to = from] = network.split('-')
  return [known(from!), known(to!)]
}

function known(text: string): { value: bigint; bits: 32 | 128 } {
  const address = addressOf(text)
  if (address === undefined) throw new Error(`no address: ${text}`)
  return address
}

/** Whether an address of the network stands anywhere in the text, with nothing of an address around it. */
export const hasAddress = (text: string, isIn: (address: string) => boolean): boolean =>
  [...(text.match(/[0-9.]+/g) ?? []), ...(text.match(/[0-9a-fA-F:.]+/g) ?? [])].some(isIn)

// Deterministic random numbers for corpora: the same seed gives the same bytes on every machine.

export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  /** Uniform integer in [0, below). */
  int(below: number): number
  pick<T>(from: readonly T[]): T
  /** All of them, in another order. */
  shuffled<T>(items: readonly T[]): T[]
  /** Lower-case hex digits. */
  hex(digits: number): string
  uuid(): string
}

/** mulberry32: 32 bits of state, good enough for text. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const int = (below: number): number => Math.floor(next() * below)
  const hex = (digits: number): string => {
    let out = ''
    while (out.length < digits)
      out += Math.floor(next() * 4294967296)
        .toString(16)
        .padStart(8, '0')
    return out.slice(0, digits)
  }
  return {
    next,
    int,
    hex,
    pick: (from) => from[int(from.length)]!,
    shuffled: (items) =>
      items
        .map((item) => ({ item, key: next() }))
        .toSorted((a, b) => a.key - b.key)
        .map(({ item }) => item),
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`,
  }
}

// Pure: hashes of a template without one of its words, so that templates that differ in that word alone meet.

export interface WordHashes {
  /** For each place the hash of all other words. */
  around(words: readonly string[]): number[]
  /** Of the words before `head`, and of those from `tail` on. */
  outside(words: readonly string[], head: number, tail: number): number
}

const prime = 0x01000193
const first = 0x811c9dc5

const mix = (hash: number, value: number): number => {
  const mixed = Math.imul(hash ^ value, prime)
  return mixed ^ (mixed >>> 15)
}

/** 53 bits, which a number holds exactly. */
const both = (before: number, behind: number): number =>
  (mix(mix(first, before), behind) >>> 0) * 0x200000 + (mix(mix(prime, behind), before) & 0x1fffff)

export function createWordHashes(): WordHashes {
  const numbers = new Map<string, number>()
  const numberOf = (word: string): number => {
    const number = numbers.get(word) ?? numbers.size + 1
    numbers.set(word, number)
    return number
  }
  const behindEach = (words: readonly string[], from: number): number[] => {
    const behind = Array.from({ length: words.length + 1 }, () => first)
    for (let at = words.length - 1; at >= from; at--) behind[at] = mix(behind[at + 1]!, numberOf(words[at]!))
    return behind
  }
  return {
    around(words) {
      const behind = behindEach(words, 0)
      let before = first
      return words.map((word, at) => {
        const hash = both(before, behind[at + 1]!)
        before = mix(before, numberOf(word))
        return hash
      })
    },
    outside(words, head, tail) {
      let before = first
      for (let at = 0; at < head; at++) before = mix(before, numberOf(words[at]!))
      return both(before, behindEach(words, tail)[tail]!)
    },
  }
}

// Decides whether there is nothing between a position and the offset that arrived instead. A log that was compacted
// once has such stretches. But where kafkajs skips control and aborted records it does not tell which offset it
// fetched, so that a fetch from before a rebalance looks the same. So the same offset must arrive for several seeks in
// a row.

export interface EmptyStretches {
  /**
   * Reports that `from` arrived after a seek to `position`. Returns true once that was reported often enough in a row.
   */
  isEmpty(key: string, position: bigint, from: bigint): boolean
  /** Drops the reports of a partition whose position has moved. */
  forget(key: string): void
  clear(): void
}

/** @param observationsMin How many reports in a row it takes. */
export function createEmptyStretches(observationsMin: number): EmptyStretches {
  const observed = new Map<string, { position: bigint; from: bigint; count: number }>()
  return {
    isEmpty: (key, position, from) => {
      if (from < position) return false
      const last = observed.get(key)
      const count = last?.position === position && last.from === from ? last.count + 1 : 1
      observed.set(key, { position, from, count })
      return count >= observationsMin
    },
    forget: (key) => void observed.delete(key),
    clear: () => observed.clear(),
  }
}

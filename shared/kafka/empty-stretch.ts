// Whether nothing stands between a position and what came instead. A log that was compacted once has such stretches; but kafkajs does
// not say which offset it asked for where it passes over control and aborted records, so that a fetch of before a rebalance looks the
// same. Only the same answer to one seek after the other is believed.

export interface EmptyStretches {
  /** Something at `from` came where `position` was sought: true once that was seen so often in a row that nothing is between them. */
  isEmpty(key: string, position: bigint, from: bigint): boolean
  /** The position has moved. */
  forget(key: string): void
  clear(): void
}

/** @param looksMin How often it must be seen. */
export function createEmptyStretches(looksMin: number): EmptyStretches {
  const seen = new Map<string, { position: bigint; from: bigint; looks: number }>()
  return {
    isEmpty: (key, position, from) => {
      if (from < position) return false
      const last = seen.get(key)
      const looks = last?.position === position && last.from === from ? last.looks + 1 : 1
      seen.set(key, { position, from, looks })
      return looks >= looksMin
    },
    forget: (key) => void seen.delete(key),
    clear: () => seen.clear(),
  }
}

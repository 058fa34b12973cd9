// Keeps what was read for a few seconds, so that however many ask, the store is read once meanwhile. A failure is not
// kept, and the read goes on when the client that began it has left.
export interface Kept<T> {
  read(key: string): Promise<T>
}

/** Keys whose results are kept at most: the oldest makes room. */
const keysMax = 1000

export function createKept<T>({
  read,
  keptMs,
  now,
}: {
  read: (key: string) => Promise<T>
  keptMs: number
  /** By the monotonic clock. */
  now: () => number
}): Kept<T> {
  const results = new Map<string, { readMs: number; result: Promise<T> }>()
  return {
    read(key) {
      const known = results.get(key)
      if (known !== undefined && now() - known.readMs < keptMs) return known.result
      results.delete(key)
      const one = { readMs: now(), result: read(key) }
      results.set(key, one)
      one.result.catch(() => {
        if (results.get(key) === one) results.delete(key)
      })
      const [oldest] = results.keys()
      if (results.size > keysMax && oldest !== undefined) results.delete(oldest)
      return one.result
    },
  }
}

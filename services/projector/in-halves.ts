// Work on many at once that one of them may make fail.
import { AfterlogError } from '#shared/errors.ts'

export interface Failure<T> {
  item: T
  error: Error
}

/**
 * Runs for all items at once; where that fails, for each half, so that one that cannot be done does not keep the others from it. Resolves to those
 * that failed alone. Rejects where it is nobody's fault: the store is away or full, or `signal` has aborted.
 */
export async function inHalves<T>(
  items: readonly T[],
  run: (items: readonly T[]) => Promise<void>,
  signal?: AbortSignal,
): Promise<Failure<T>[]> {
  if (items.length === 0) return []
  try {
    signal?.throwIfAborted()
    await run(items)
    return []
  } catch (error) {
    if (signal?.aborted === true || (error instanceof AfterlogError && storesFault.has(error.code))) throw error
    if (items.length === 1) return [{ item: items[0]!, error: error as Error }]
    const half = Math.ceil(items.length / 2)
    return [...(await inHalves(items.slice(0, half), run, signal)), ...(await inHalves(items.slice(half), run, signal))]
  }
}

const storesFault = new Set(['store-unavailable', 'store-full'])

// Runs work for many items at once, also where one of them makes it fail: the others are done without that one.
import { AfterlogError } from '#shared/errors.ts'

export interface Failure<T> {
  item: T
  error: Error
}

/**
 * Runs for all items at once and, where that fails, for each half of them, and so on. Resolves to the items that failed
 * alone. Rejects where no item is at fault: the store cannot be reached or is full, or `signal` has aborted.
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

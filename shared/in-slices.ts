// Goes over many items without holding up the event loop.
import { setImmediate as othersTurn } from 'node:timers/promises'

/** ms after which other work gets its turn. */
const sliceMs = 10
const itemsPerLook = 64

/**
 * Calls `use` with each item, in order; other work of the event loop gets its turn every 10 ms. What `use` promises is
 * awaited before the next item.
 */
export async function inSlices<T>(items: readonly T[], use: (item: T) => void | Promise<void>): Promise<void> {
  let startedMs = performance.now()
  for (let index = 0; index < items.length; index++) {
    const used = use(items[index]!)
    if (used !== undefined) await used
    if (index % itemsPerLook !== itemsPerLook - 1 || performance.now() - startedMs < sliceMs) continue
    await othersTurn()
    startedMs = performance.now()
  }
}

// Goes over many items without holding up the event loop.
import { setImmediate as othersTurn } from 'node:timers/promises'
import pLimit from 'p-limit'

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

/** Runs pieces of work one after the other, whoever has them, and lets other work run after each 10 ms of them. */
export type Slices = <T>(piece: () => T) => Promise<T>

export function createSlices(): Slices {
  const inTurn = pLimit(1)
  let usedMs = 0
  return (piece) =>
    inTurn(async () => {
      const beganMs = performance.now()
      try {
        return piece()
      } finally {
        usedMs += performance.now() - beganMs
        if (usedMs >= sliceMs) {
          await othersTurn()
          usedMs = 0
        }
      }
    })
}

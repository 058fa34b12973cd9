// Goes over lines that a request has read. A line may take long, by its length or by an expression: other work gets its
// turn after each 10 ms, and the request its end when its time is over or nobody waits any more. A tail has no `reading`.
import { setImmediate as othersTurn } from 'node:timers/promises'
import type { Reading } from '#shared/store-reading/reading.ts'

const sliceMs = 10
const lookMs = 200

export async function inTurns<Item>(
  reading: Pick<Reading, 'checkTime'> | undefined,
  items: readonly Item[],
  use: (item: Item) => void,
): Promise<void> {
  let begunMs = performance.now()
  let lookedMs = begunMs
  for (const item of items) {
    use(item)
    const now = performance.now()
    if (now - begunMs < sliceMs) continue
    await othersTurn()
    begunMs = performance.now()
    if (begunMs - lookedMs < lookMs) continue
    await reading?.checkTime()
    lookedMs = begunMs
  }
}

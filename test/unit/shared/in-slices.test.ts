import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { inSlices } from '#shared/in-slices.ts'

test('all items are used, in order, and other work has its turn between them', async () => {
  const items = Array.from({ length: 1000 }, (_, index) => index)
  const used: number[] = []
  const seen: number[] = []
  const going = inSlices(items, (item) => {
    const untilMs = performance.now() + 0.2
    while (performance.now() < untilMs);
    used.push(item)
  })
  let isOver = false
  void going.then(() => (isOver = true))
  while (!isOver) {
    await turn()
    seen.push(used.length)
  }
  expect(used).toEqual(items)
  expect(seen.filter((count) => count > 0 && count < items.length).length).toBeGreaterThan(3)
})

import { expect, test } from 'vitest'
import { inBatches } from '#ingest/delivery/in-batches.ts'

/** A stream that is fed by hand. */
function feed() {
  const items: number[] = []
  let wake = Promise.withResolvers<void>()
  let read = 0
  let end: { error?: Error } | undefined
  async function* source(): AsyncGenerator<number> {
    for (;;) {
      while (items.length > 0) {
        read++
        yield items.shift()!
      }
      if (end?.error !== undefined) throw end.error
      if (end !== undefined) return
      await wake.promise
      wake = Promise.withResolvers()
    }
  }
  return {
    source: source(),
    read: () => read,
    give: (...more: number[]) => {
      items.push(...more)
      wake.resolve()
    },
    end: (error?: Error) => {
      end = error === undefined ? {} : { error }
      wake.resolve()
    },
  }
}
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5))

test('what comes while a batch is taken is the next batch, in order, one at a time', async () => {
  const { source, give, end } = feed()
  const batches: number[][] = []
  let taken = Promise.withResolvers<void>()
  const done = inBatches({
    source,
    bytesOf: () => 1,
    bytesMax: 100,
    take: async (batch) => {
      batches.push([...batch])
      await taken.promise
      taken = Promise.withResolvers()
    },
  })
  give(1)
  await settle()
  give(2, 3)
  give(4)
  await settle()
  expect(batches).toEqual([[1]])
  taken.resolve()
  await settle()
  expect(batches).toEqual([[1], [2, 3, 4]])
  end()
  taken.resolve()
  await done
})

test('reads no more than it may hold while nothing is taken, and goes on afterwards', async () => {
  const { source, give, end, read } = feed()
  const first = Promise.withResolvers<void>()
  const batches: number[][] = []
  const done = inBatches({
    source,
    bytesOf: () => 10,
    bytesMax: 30,
    take: async (batch) => {
      batches.push([...batch])
      if (batches.length === 1) await first.promise
    },
  })
  give(0)
  await settle()
  give(...Array.from({ length: 20 }, (_, i) => i + 1))
  await settle()
  expect(read()).toBe(4)
  first.resolve()
  end()
  await done
  expect(batches.flat()).toEqual(Array.from({ length: 21 }, (_, i) => i))
  expect(Math.max(...batches.map((batch) => batch.length))).toBe(3)
})

test('a stream that breaks off rejects once what came before is taken', async () => {
  const { source, give, end } = feed()
  const taken: number[] = []
  give(1, 2)
  end(new Error('cut'))
  await expect(
    inBatches({ source, bytesOf: () => 1, bytesMax: 1, take: async (batch) => void taken.push(...batch) }),
  ).rejects.toThrow('cut')
  expect(taken).toEqual([1, 2])
})

test('rejects as take does', async () => {
  const { source, give } = feed()
  give(1)
  const done = inBatches({ source, bytesOf: () => 1, bytesMax: 10, take: () => Promise.reject(new Error('not wanted')) })
  await expect(done).rejects.toThrow('not wanted')
})

import { expect, test } from 'vitest'
import { createKept } from '#query/store/read-kept.ts'

test('a result is kept for its time, for each key, and read again after it', async () => {
  let [nowMs, reads] = [0, 0]
  const kept = createKept({ read: async (key) => `${key} ${++reads}`, keptMs: 3000, now: () => nowMs })
  expect(await Promise.all([kept.read('a'), kept.read('a'), kept.read('b')])).toEqual(['a 1', 'a 1', 'b 2'])
  nowMs = 2999
  expect(await kept.read('a')).toBe('a 1')
  nowMs = 3000
  expect(await kept.read('a')).toBe('a 3')
})

test('a failure is not kept', async () => {
  let reads = 0
  const read = async (): Promise<number> => {
    if (++reads === 1) throw new Error('away')
    return reads
  }
  const kept = createKept({ read, keptMs: 3000, now: () => 0 })
  await expect(kept.read('a')).rejects.toThrow('away')
  expect(await kept.read('a')).toBe(2)
})

test('of many keys the oldest makes room', async () => {
  let reads = 0
  const kept = createKept({ read: async () => ++reads, keptMs: 3000, now: () => 0 })
  for (let key = 0; key <= 1000; key++) await kept.read(String(key))
  expect(await kept.read('1000')).toBe(1001)
  expect(await kept.read('0')).toBe(1002)
})

import { expect, test } from 'vitest'
import { createReadBatches } from '#query/tail/batch-memory.ts'
import type { BatchRow } from '#query/tail/feed-statements.ts'

const batch = (received: number, fingerprint: number, own: Partial<BatchRow> = {}): BatchRow => ({
  part: 'p',
  partition: 'today',
  received,
  arrival: '1',
  batch: '',
  rows: 1,
  fingerprint: String(fingerprint),
  first: '0',
  last: '0',
  ...own,
})

test('a batch is read once all rows were that a part has of it, in however many parts they came', () => {
  const batches = createReadBatches()
  batches.add(batch(10, 0b0011))
  expect([batches.isRead(batch(10, 0b0011)), batches.isRead(batch(10, 0b0111))]).toEqual([true, false])
  batches.add(batch(10, 0b0100))
  for (const fingerprint of [0b0011, 0b0100, 0b0111]) expect(batches.isRead(batch(10, fingerprint))).toBe(true)
})

test('of two batches with one number, each is read by itself', () => {
  const batches = createReadBatches()
  batches.add(batch(10, 0b0011))
  expect(batches.isRead(batch(10, 0b1100))).toBe(false)
  batches.add(batch(10, 0b1100))
  expect(batches.isRead(batch(10, 0b1111))).toBe(true)
})

test('batches of another partition, time, number or sender are others', () => {
  const batches = createReadBatches()
  batches.add(batch(10, 7))
  for (const other of [{ partition: 'yesterday' }, { received: 11 }, { arrival: '2' }, { batch: 'b' }])
    expect(batches.isRead(batch(10, 7, other))).toBe(false)
})

test('it forgets the first ones beyond its bound, and says since when it remembers all', () => {
  const batches = createReadBatches({ batchesMax: 2 })
  for (const received of [10, 11, 12]) batches.add(batch(received, 7))
  expect([batches.size, batches.begin, batches.isRead(batch(10, 7)), batches.isRead(batch(12, 7))]).toEqual([2, 11, false, true])
  batches.forgetBefore(12)
  expect([batches.size, batches.begin]).toEqual([1, 12])
})

import { expect, test } from 'vitest'
import { fillBuckets } from '#query/logs/buckets.ts'

test('buckets between the first and the last are there though empty', () => {
  const rows = [
    { bucket: 10n, kind: 'info', count: 2 },
    { bucket: 10n, kind: 'warn', count: 1 },
    { bucket: 12n, kind: '', count: 4 },
  ]
  expect(fillBuckets(rows, 1_000_000_000n)).toEqual([
    { time: '1970-01-01T00:00:10.000000000Z', total: 3, byKind: { info: 2, warn: 1 } },
    { time: '1970-01-01T00:00:11.000000000Z', total: 0, byKind: {} },
    { time: '1970-01-01T00:00:12.000000000Z', total: 4, byKind: { '': 4 } },
  ])
  expect(fillBuckets([], 1n)).toEqual([])
})

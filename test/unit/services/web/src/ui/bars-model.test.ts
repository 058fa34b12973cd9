import { expect, test } from 'vitest'
import { stacked } from '#web/ui/bars-model.ts'

test('the first of the names stands on all others', () => {
  const buckets: Record<string, number>[] = [{ error: 1, info: 3 }, { info: 2 }]
  expect(stacked(buckets, ['error', 'info'], (bucket, name) => bucket[name] ?? 0)).toEqual([
    [4, 2],
    [3, 2],
  ])
})

import { expect, test } from 'vitest'
import { stacked, stepMs } from '#web/ui/bars-model.ts'

test.each([
  ['30s', 30_000],
  ['5m', 300_000],
  ['1h30m', 5_400_000],
  ['250ms', 250],
  ['7d', 604_800_000],
])('%s is %d ms', (step, ms) => expect(stepMs(step)).toBe(ms))

test('the first of the names stands on all others', () => {
  const buckets: Record<string, number>[] = [{ error: 1, info: 3 }, { info: 2 }]
  expect(stacked(buckets, ['error', 'info'], (bucket, name) => bucket[name] ?? 0)).toEqual([
    [4, 2],
    [3, 2],
  ])
})

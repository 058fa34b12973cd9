// One that cannot be done does not keep the others from it, and is told.
import { expect, test } from 'vitest'
import { AfterlogError } from '#shared/errors.ts'
import { inHalves } from '#projector/in-halves.ts'

const items = Array.from({ length: 100 }, (_, i) => i)

test('all but those that fail alone are done, each once', async () => {
  const done: number[] = []
  const failures = await inHalves(items, async (some) => {
    if (some.some((item) => item % 40 === 7)) throw new AfterlogError('query-limit', `too much of ${some.length}`)
    done.push(...some)
  })
  expect(failures.map(({ item, error }) => [item, error.message])).toEqual([
    [7, 'too much of 1'],
    [47, 'too much of 1'],
    [87, 'too much of 1'],
  ])
  expect(done.toSorted((a, b) => a - b)).toEqual(items.filter((item) => item % 40 !== 7))
})

test('where all of them work, one run does; of none, none', async () => {
  const runs: number[] = []
  const run = async (some: readonly number[]) => void runs.push(some.length)
  expect(await inHalves(items, run)).toEqual([])
  expect(await inHalves([], run)).toEqual([])
  expect(runs).toEqual([100])
})

test('what is nobody’s fault ends it', async () => {
  let runs = 0
  const away = async () => {
    runs += 1
    throw new AfterlogError('store-unavailable', 'away')
  }
  await expect(inHalves(items, away)).rejects.toThrow('away')
  const left = AbortSignal.abort(new Error('left'))
  await expect(inHalves(items, away, left)).rejects.toThrow('left')
  expect(runs).toBe(1)
})

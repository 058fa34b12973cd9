import { expect, test } from 'vitest'
import { createSharedResults } from '#query/http/read-shared.ts'

const { signal } = new AbortController()

test('those who ask for one thing at one moment share the result', async () => {
  const { share } = createSharedResults()
  let reads = 0
  const read = async (): Promise<number> => ++reads
  expect(await Promise.all([share('a', read, signal), share('a', read, signal), share('b', read, signal)])).toEqual([1, 1, 2])
  await expect.poll(() => share('a', read, signal)).toBe(3)
})

test('where the one who reads fails, the others read for themselves', async () => {
  const { share } = createSharedResults()
  const first = share('a', () => Promise.reject(new Error('gone')), signal)
  const second = share('a', () => Promise.resolve('read'), signal)
  await expect(first).rejects.toThrow('gone')
  expect(await second).toBe('read')
  const left = AbortSignal.abort(new Error('left'))
  const third = share('b', () => Promise.reject(new Error('gone')), signal)
  const fourth = share('b', () => Promise.resolve('read'), left)
  await expect(third).rejects.toThrow('gone')
  await expect(fourth).rejects.toThrow('left')
})

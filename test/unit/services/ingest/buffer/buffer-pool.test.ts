import { expect, test } from 'vitest'
import { createBufferPool } from '#ingest/buffer/buffer-pool.ts'

test('a buffer that was given back is taken again, the smallest that is large enough', () => {
  const pool = createBufferPool(1000)
  const [small, large] = [pool.take(100), pool.take(300)]
  pool.give(large)
  pool.give(small)
  expect(pool.take(90)).toBe(small)
  expect(pool.take(90)).toBe(large)
  expect(pool.take(90)).toHaveLength(90)
})

test('a buffer much larger than what is asked for stays for those who need it', () => {
  const pool = createBufferPool(1000)
  pool.give(pool.take(500))
  expect(pool.take(100)).toHaveLength(100)
  expect(pool.take(400)).toHaveLength(500)
})

test('no more bytes are kept than may be', () => {
  const pool = createBufferPool(1000)
  const buffers = [pool.take(600), pool.take(600)]
  for (const buffer of buffers) pool.give(buffer)
  expect(pool.take(600)).toBe(buffers[0])
  expect(pool.take(600)).not.toBe(buffers[1])
})

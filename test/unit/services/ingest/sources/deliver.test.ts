import { expect, test } from 'vitest'
import { AfterlogError } from '#shared/errors.ts'
import { createLogger } from '#shared/logger.ts'
import { createDeliver, type DeliverOptions } from '#ingest/sources/deliver.ts'

const log = createLogger({ level: 'silent', service: 'test' })
const never = new AbortController().signal
const tables = [{ table: 'logs' as const, rows: Buffer.from('[]\n'), count: 1 }]
const letters = [{ topic: 't', key: null, value: Buffer.from('x') }] as never
const setup = (options: Partial<DeliverOptions>) =>
  createDeliver({ accept: () => Promise.resolve(), publish: () => Promise.resolve(), log, ...options })
const away = () => Promise.reject(new AfterlogError('store-unavailable', 'away'))

test('is done when both the store and the topic of dead letters have it', async () => {
  const published = Promise.withResolvers<void>()
  const { deliver } = setup({ publish: () => published.promise })
  let done = false
  const delivered = deliver({ tables, letters }, never).then(() => (done = true))
  await new Promise(setImmediate)
  expect(done).toBe(false)
  published.resolve()
  await delivered
})

test('tries again what failed, and only that, until it succeeds', async () => {
  let accepts = 0
  let publishes = 0
  const { deliver, obstacle } = setup({
    accept: () => (++accepts < 3 ? away() : Promise.resolve()),
    publish: async () => void publishes++,
  })
  const delivered = deliver({ tables, letters }, never)
  await expect.poll(obstacle).toContain('cannot be stored: away')
  await delivered
  expect([accepts, publishes]).toEqual([3, 1])
  expect(obstacle()).toBeUndefined()
})

test('many letters are published some at a time, in order, and what the topic has is not sent again for the rest', async () => {
  const many = Array.from({ length: 40 }, (_, i) => ({
    topic: 't',
    key: null,
    value: Buffer.alloc(100_000, String(i)),
  })) as never[]
  const published: unknown[] = []
  const sizes: number[] = []
  const { deliver } = setup({
    publish: async (some) => {
      sizes.push(some.length)
      if (sizes.length === 3) return away()
      published.push(...some)
    },
  })
  await deliver({ tables: [], letters: many }, never)
  expect(published).toEqual(many)
  expect(Math.max(...sizes)).toBeLessThan(15)
})

test('neither asks the store for no rows, nor the topic for no letters', async () => {
  const { deliver } = setup({
    accept: () => Promise.reject(new Error('asked')),
    publish: () => Promise.reject(new Error('asked')),
  })
  await deliver({ tables: [], letters: [] }, never)
})

test('gives up where the partition is somebody else’s, and does not stay an obstacle', async () => {
  const revoked = new AbortController()
  const { deliver, obstacle } = setup({ accept: away })
  const delivered = deliver({ tables, letters: [] }, revoked.signal)
  await expect.poll(obstacle).toContain('away')
  revoked.abort()
  await expect(delivered).rejects.toThrow()
  expect(obstacle()).toBeUndefined()
})

test('what is somebody else’s already is not stored', async () => {
  let accepts = 0
  const { deliver } = setup({ accept: async () => void accepts++ })
  await expect(deliver({ tables, letters: [] }, AbortSignal.abort())).rejects.toThrow()
  expect(accepts).toBe(0)
})

// One deadline and one memory limit for a request, whatever number of statements it makes; on a real engine, which says
// what it was given.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { raw, type Fragment } from '#shared/clickhouse/sql.ts'
import type { QueryLimits } from '#shared/clickhouse/store.ts'
import { createRequestWork } from '#shared/http/request-work.ts'
import { createReading, type Reading } from '#shared/store-reading/reading.ts'
import { openTestStore, type TestStore } from '#test/support/store.ts'

let opened: TestStore
beforeAll(async () => void (opened = await openTestStore({ migrate: false })))
afterAll(() => opened[Symbol.asyncDispose]())

const MiB = 1024 * 1024
const begin = (limits: QueryLimits, work = createRequestWork()): Reading => createReading({ store: opened.store, limits, work })
/** A statement that the engine sleeps over. */
const lasting = (ms: number): Fragment =>
  raw(`SELECT sleepEachRow(0.05) AS slept FROM numbers(${Math.ceil(ms / 50)}) SETTINGS max_block_size = 1`)
const givenMemory = async (reading: Reading): Promise<number> => {
  const [row] = await reading.rows<{ bytes: string }>(raw(`SELECT getSetting('max_memory_usage') AS bytes`))
  return Number(row!.bytes)
}
const givenMs = async (reading: Reading): Promise<number> => {
  const [row] = await reading.rows<{ s: number }>(raw(`SELECT toFloat64(getSetting('max_execution_time')) AS s`))
  return row!.s * 1000
}

test('statements one after the other share one deadline', async () => {
  const reading = begin({ timeMs: 1000 })
  const beganMs = performance.now()
  const all = async (): Promise<void> => {
    for (let i = 0; i < 20; i++) await reading.rows(lasting(300))
  }
  await expect(all()).rejects.toMatchObject({ code: 'query-limit' })
  // Twenty of them take 6 s, and each is well within the limit.
  expect(performance.now() - beganMs).toBeLessThan(2500)
  await expect(reading.rows(raw('SELECT 1'))).rejects.toMatchObject({ code: 'query-limit' })
})

test('the engine is given what is left of the time', async () => {
  const reading = begin({ timeMs: 5000 })
  await reading.rows(lasting(200))
  const left = await givenMs(reading)
  expect(left).toBeLessThanOrEqual(4800)
  expect(left).toBeGreaterThan(0)
})

test('the time that a statement waits for a session of the engine counts', async () => {
  const hold = new AbortController()
  const held = Array.from({ length: 6 }, () =>
    createReading({ store: opened.store, limits: {}, signal: hold.signal }).rows(lasting(30_000)),
  )
  const ends = Promise.allSettled(held)
  await expect(begin({ timeMs: 300 }).rows(raw('SELECT 1'))).rejects.toMatchObject({ code: 'query-limit' })
  hold.abort()
  await ends
})

test.each([1, 2, 3, 4, 9])('%i statements that begin together stay within the memory of the request', async (count) => {
  const totalBytes = 100 * MiB
  const reading = begin({ memoryBytes: totalBytes })
  const given = await Promise.all(Array.from({ length: count }, () => givenMemory(reading)))
  const atOnce = given.slice(0, Math.min(count, 4))
  expect(atOnce.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(totalBytes)
  for (const bytes of given) expect(bytes).toBeGreaterThanOrEqual(totalBytes / 4)
  if (count === 1) expect(given).toEqual([totalBytes])
})

test('the least memory that can be set is not divided: statements run one at a time', async () => {
  const reading = begin({ memoryBytes: 16 * MiB })
  const given = await Promise.all([givenMemory(reading), givenMemory(reading), givenMemory(reading)])
  expect(given).toEqual([16 * MiB, 16 * MiB, 16 * MiB])
})

test('a statement that begins when all of the memory is given waits for one to end, and then has it', async () => {
  const reading = begin({ memoryBytes: 64 * MiB })
  const order: string[] = []
  const first = reading.rows(lasting(300)).then(() => order.push('first'))
  // The first one has been given its share in an earlier turn of the event loop.
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
  const second = givenMemory(reading).then((bytes) => order.push(`second with ${bytes / MiB} MiB`))
  await Promise.all([first, second])
  expect(order).toEqual(['first', 'second with 64 MiB'])
})

test('a statement may ask for less and leaves the rest to the others', async () => {
  const reading = begin({ memoryBytes: 64 * MiB })
  const [, other] = await Promise.all([
    reading.some(raw(`SELECT 1 WHERE 0`), {}, { memoryBytes: 16 * MiB }).catch(() => []),
    givenMemory(reading),
  ])
  expect(other).toBe(48 * MiB)
})

test('what one statement may use alone is refused to each of four that begin together', async () => {
  const needs = raw('SELECT length(groupArray(number)) AS n FROM numbers(4000000) SETTINGS max_threads = 1')
  const limits = { memoryBytes: 160 * MiB }
  await expect(begin(limits).rows(needs)).resolves.toEqual([{ n: '4000000' }])
  const together = begin(limits)
  const ends = await Promise.allSettled(Array.from({ length: 4 }, () => together.rows(needs)))
  for (const end of ends) expect(end).toMatchObject({ status: 'rejected', reason: { code: 'query-limit' } })
})

test('an answer that streams has the limits for each statement: its status was sent already', async () => {
  const work = createRequestWork()
  const reading = begin({ timeMs: 400, memoryBytes: 64 * MiB }, work)
  work.streams = true
  await reading.rows(lasting(250))
  await reading.rows(lasting(250))
  expect(await givenMs(reading)).toBe(400)
  expect(await Promise.all([givenMemory(reading), givenMemory(reading)])).toEqual([64 * MiB, 64 * MiB])
})

test('a client that leaves ends the statements that wait for memory, too', async () => {
  const left = new AbortController()
  const reading = createReading({
    store: opened.store,
    limits: { memoryBytes: 64 * MiB },
    signal: left.signal,
    work: createRequestWork(),
  })
  const under = [reading.rows(lasting(30_000)), reading.rows(lasting(30_000))]
  const ends = Promise.allSettled([
    ...under,
    new Promise((resolve) => setImmediate(resolve)).then(() => reading.rows(lasting(30_000))),
  ])
  left.abort()
  for (const end of await ends) expect(end).toMatchObject({ status: 'rejected', reason: { name: 'AbortError' } })
})

test('the work of a request is counted over its statements', async () => {
  const work = createRequestWork()
  const reading = begin({}, work)
  await Promise.all([reading.rows(raw('SELECT * FROM numbers(1000)')), reading.binary(raw('SELECT number FROM numbers(500)'))])
  expect(work).toMatchObject({ statements: 2, rowsRead: 1500, bytesRead: 12_000 })
})

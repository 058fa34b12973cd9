import { expect, test } from 'vitest'
import { AfterlogError } from '#shared/errors.ts'
import { createBufferPool } from '#ingest/buffer/buffer-pool.ts'
import { createGroupWriter } from '#ingest/buffer/group-writer.ts'
import type { TableRows } from '#ingest/store/table-rows.ts'

const rows = (text: string, table: TableRows['table'] = 'logs'): TableRows => ({ table, rows: Buffer.from(text), count: 1 })

/** A store whose inserts end when the test says so. */
function manualStore() {
  const inserts: { table: string; rows: string; resolve: () => void; reject: (error: unknown) => void }[] = []
  const waiting: (() => void)[] = []
  return {
    inserts,
    insert: (table: string, data: Buffer) =>
      new Promise<void>((resolve, reject) => {
        inserts.push({ table, rows: data.toString(), resolve, reject })
        waiting.splice(0).forEach((wake) => wake())
      }),
    started: async (count: number) => {
      while (inserts.length < count) await new Promise<void>((wake) => waiting.push(wake))
    },
  }
}

const limits = { flushIntervalMs: 5, groupBytesMax: 1000, groupRowsMax: 1_000_000 }
const writerOver = (store: ReturnType<typeof manualStore>, more = {}) =>
  createGroupWriter({ ...limits, insert: store.insert, pool: createBufferPool(1e6), ...more })

async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending')
  return (
    (await Promise.race([promise.catch(() => undefined), new Promise((resolve) => setImmediate(() => resolve(pending)))])) !==
    pending
  )
}

test('acknowledges nothing before its insert has ended', async () => {
  const store = manualStore()
  const accepted = writerOver(store).accept([rows('a')])
  await store.started(1)
  expect(await isSettled(accepted)).toBe(false)
  store.inserts[0]!.resolve()
  await accepted
})

test('small batches share an insert, and all of them wait for it', async () => {
  const store = manualStore()
  const writer = writerOver(store)
  const all = Promise.all(['a', 'b', 'c'].map((text) => writer.accept([rows(text)])))
  await store.started(1)
  expect(store.inserts.map((insert) => insert.rows)).toEqual(['abc'])
  expect(await isSettled(all)).toBe(false)
  store.inserts[0]!.resolve()
  await all
})

test('a group of some size starts at once where no batch is on its way, and waits for those that are', async () => {
  const store = manualStore()
  let isMoreComing = true
  const writer = writerOver(store, { flushIntervalMs: 60_000, isMoreComing: () => isMoreComing })
  const first = writer.accept([rows('a'.repeat(40))])
  expect(store.inserts).toEqual([])
  isMoreComing = false
  const second = writer.accept([rows('b')])
  await store.started(1)
  expect(store.inserts.map((insert) => insert.rows)).toEqual([`${'a'.repeat(40)}b`])
  store.inserts[0]!.resolve()
  await Promise.all([first, second])
})

test('a batch of several tables is acknowledged once every table has it', async () => {
  const store = manualStore()
  const accepted = writerOver(store).accept([rows('a'), rows('d', 'dead_letters')])
  await store.started(2)
  store.inserts[0]!.resolve()
  expect(await isSettled(accepted)).toBe(false)
  store.inserts[1]!.resolve()
  await accepted
})

test('a store that is away fails every batch of the insert, none is acknowledged', async () => {
  const store = manualStore()
  const writer = writerOver(store)
  const results = Promise.allSettled([writer.accept([rows('a')]), writer.accept([rows('b')])])
  await store.started(1)
  store.inserts[0]!.reject(new AfterlogError('store-unavailable', 'away'))
  expect((await results).map((result) => result.status)).toEqual(['rejected', 'rejected'])
})

test('bytes of rows are given back once all tables of their batch are stored, and never before', async () => {
  const store = manualStore()
  const writer = writerOver(store)
  let released = 0
  const tables = [{ ...rows('line'), release: () => released++ }, rows('letter', 'dead_letters')]
  const first = writer.accept(tables)
  await store.started(2)
  store.inserts[0]!.resolve()
  store.inserts[1]!.reject(new AfterlogError('store-unavailable', 'away'))
  await expect(first).rejects.toMatchObject({ code: 'store-unavailable' })
  expect(released).toBe(0)
  const second = writer.accept(tables)
  await store.started(4)
  expect(store.inserts[2]).toMatchObject({ rows: 'line' })
  store.inserts[2]!.resolve()
  store.inserts[3]!.resolve()
  await second
  expect(released).toBe(1)
})

test('the buffer of an insert that failed is not used again while somebody may still read it', async () => {
  const pool = createBufferPool(1e6)
  const taken: Buffer[] = []
  const insert = async (_: string, data: Buffer): Promise<void> => {
    taken.push(data)
    if (taken.length === 1) throw new AfterlogError('store-timeout', 'late')
  }
  const writer = createGroupWriter({ ...limits, insert, pool })
  await Promise.allSettled([writer.accept([rows('aa')]), writer.accept([rows('bb')])])
  await Promise.all([writer.accept([rows('cc')]), writer.accept([rows('dd')])])
  expect(taken.map(String)).toEqual(['aabb', 'ccdd'])
})

test('closing stores what was accepted and refuses what comes after', async () => {
  const store = manualStore()
  const writer = writerOver(store, { flushIntervalMs: 60_000 })
  const accepted = writer.accept([rows('a')])
  const closed = writer.close()
  await store.started(1)
  expect(await isSettled(closed)).toBe(false)
  store.inserts[0]!.resolve()
  await Promise.all([accepted, closed])
  await expect(writer.accept([rows('b')])).rejects.toMatchObject({ code: 'stopping' })
})

test('no insert grows beyond its cap', async () => {
  const store = manualStore()
  const writer = writerOver(store, { groupBytesMax: 4 })
  const all = Promise.all(['aaa', 'bbb', 'cccccc'].map((text) => writer.accept([rows(text)])))
  for (let i = 0; i < 3; i++) {
    await store.started(i + 1)
    store.inserts[i]!.resolve()
  }
  await all
  expect(store.inserts.map((insert) => insert.rows)).toEqual(['aaa', 'bbb', 'cccccc'])
})

test('a store with nothing to do is given an eighth of a group, and a busy one a whole one', async () => {
  const store = manualStore()
  const writer = writerOver(store, { flushIntervalMs: 60_000, groupBytesMax: 16 })
  const first = writer.accept([rows('ab')])
  await store.started(1)
  const rest = Promise.all(['cd', 'ef', 'gh'].map((text) => writer.accept([rows(text)])))
  expect(await isSettled(rest)).toBe(false)
  expect(store.inserts.map((insert) => insert.rows)).toEqual(['ab'])
  store.inserts[0]!.resolve()
  await first
  await store.started(2)
  expect(store.inserts[1]).toMatchObject({ rows: 'cdefgh' })
  store.inserts[1]!.resolve()
  await rest
})

test('a group is sent once it has as many rows as it may', async () => {
  const store = manualStore()
  const writer = writerOver(store, { flushIntervalMs: 60_000, groupRowsMax: 2 })
  const accepted = Promise.all([writer.accept([rows('a')]), writer.accept([rows('b')])])
  await store.started(1)
  expect(store.inserts[0]).toMatchObject({ rows: 'ab' })
  store.inserts[0]!.resolve()
  await accepted
})

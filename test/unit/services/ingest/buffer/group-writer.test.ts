import { expect, test } from 'vitest'
import { AfterlogError } from '#shared/errors.ts'
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

const writerOver = (store: ReturnType<typeof manualStore>, more = {}) =>
  createGroupWriter({ insert: store.insert, flushIntervalMs: 5, groupBytesMax: 1000, ...more })

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

test('a batch that the store refuses costs its neighbours nothing', async () => {
  const store = manualStore()
  const writer = writerOver(store)
  const results = Promise.allSettled([writer.accept([rows('good')]), writer.accept([rows('bad')])])
  await store.started(1)
  store.inserts[0]!.reject(new AfterlogError('internal', 'cannot parse'))
  await store.started(2)
  store.inserts[1]!.resolve()
  await store.started(3)
  store.inserts[2]!.reject(new AfterlogError('internal', 'cannot parse'))
  expect((await results).map((result) => result.status)).toEqual(['fulfilled', 'rejected'])
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

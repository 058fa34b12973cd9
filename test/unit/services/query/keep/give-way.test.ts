// Whoever is waited for goes first; whoever is not goes all the same, in time.
import { expect, test } from 'vitest'
import { raw } from '#shared/clickhouse/sql.ts'
import type { LogStore, Query } from '#shared/clickhouse/store.ts'
import { createGiveWay } from '#query/keep/give-way.ts'

const query: Query = { sql: raw('SELECT 1') }

function slowStore() {
  const begun: Query[] = []
  const ends: (() => void)[] = []
  const store = {
    rows: (asked: Query) => {
      begun.push(asked)
      const { promise, resolve } = Promise.withResolvers<never[]>()
      ends.push(() => resolve([]))
      return promise
    },
  } as unknown as LogStore
  return { ...createGiveWay(store), begun, ends }
}

test('a read in the background begins when the answer has its rows, with one thread', async () => {
  const { first, behind, begun, ends } = slowStore()
  const answering = first.rows(query)
  const later = behind.rows(query)
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(begun).toEqual([query])
  ends[0]!()
  await answering
  await expect.poll(() => begun.length).toBe(2)
  expect(begun[1]!.settings).toEqual({ max_threads: 1 })
  ends[1]!()
  expect(await later).toEqual([])
})

test('it does not wait for ever, nor does anybody wait for it', async () => {
  const { first, behind, begun, ends } = slowStore()
  void first.rows(query)
  void behind.rows(query)
  await expect.poll(() => begun.length, { timeout: 5000 }).toBe(2)
  void first.rows(query)
  expect(begun).toHaveLength(3)
  for (const end of ends) end()
})

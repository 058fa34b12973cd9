// Whoever is waited for goes first; whoever is not goes all the same, in time.
import { expect, test } from 'vitest'
import { createPriorityGate } from '#shared/clickhouse/priority-gate.ts'
import { raw } from '#shared/clickhouse/sql.ts'
import type { LogStore, Query } from '#shared/clickhouse/store.ts'

const query: Query = { sql: raw('SELECT 1') }

/** Its reads end when a test says so. */
function slowStore() {
  const begun: { query: Query; at: number }[] = []
  const ends: (() => void)[] = []
  const store = {
    rows: (asked: Query) => {
      begun.push({ query: asked, at: performance.now() })
      const { promise, resolve } = Promise.withResolvers<never[]>()
      ends.push(() => resolve([]))
      return promise
    },
  } as unknown as LogStore
  return { ...createPriorityGate(store), begun, ends }
}

test('a read in the background lets the others go first, and takes one thread', async () => {
  const { foreground, background, begun, ends } = slowStore()
  const later = background.rows(query)
  const answering = foreground.rows(query)
  const other = background.rows(query)
  await expect.poll(() => begun.length).toBe(3)
  expect(begun.map(({ query: { settings } }) => settings)).toContainEqual({ max_threads: 1 })
  expect(begun.filter(({ query: { settings } }) => settings === undefined)).toHaveLength(1)
  for (const end of ends) end()
  expect(await Promise.all([later, answering, other])).toEqual([[], [], []])
})

test('it waits while somebody is being answered, but not for ever; nobody waits for it', async () => {
  const { foreground, background, begun, ends } = slowStore()
  void foreground.rows(query)
  const asked = performance.now()
  void background.rows(query)
  await expect.poll(() => begun.length, { timeout: 5000 }).toBe(2)
  expect(begun[1]!.at - asked).toBeGreaterThanOrEqual(45)
  void foreground.rows(query)
  expect(begun).toHaveLength(3)
  for (const end of ends) end()
})

import { expect, test } from 'vitest'
import { raw } from '#shared/clickhouse/sql.ts'
import { openTestStore } from '#test/support/store.ts'
import { logStoreContract } from './log-store.ts'

logStoreContract('embedded', async () => {
  const opened = await openTestStore({ migrate: false })
  return { store: opened.store, dispose: async () => opened[Symbol.asyncDispose]() }
})

test('long statements hold up neither short ones nor readiness', async () => {
  await using opened = await openTestStore({ migrate: false })
  const { store } = opened
  const leaving = new AbortController()
  const long = Array.from({ length: 10 }, () =>
    store
      .rows({
        sql: raw('SELECT sleepEachRow(0.1) AS x FROM numbers(300)'),
        settings: { max_block_size: 1 },
        signal: leaving.signal,
      })
      .catch(() => []),
  )
  const tookMs = async (lane: { lane?: 'probe' }): Promise<number> => {
    const began = performance.now()
    await store.rows({ sql: raw('SELECT 1 AS one'), ...lane })
    return performance.now() - began
  }
  expect(await tookMs({ lane: 'probe' })).toBeLessThan(1000)
  expect(await tookMs({})).toBeLessThan(10_000)
  leaving.abort()
  await Promise.all(long)
})

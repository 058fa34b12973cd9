import { expect, test } from 'vitest'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { compile, type Fragment } from '#shared/clickhouse/sql.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'
import { createRulesUpgrade } from '#projector/rules-upgrade.ts'

test('records on older rules come once each; all is done once the last of them is counted', async () => {
  const placed = ['new', 'old'].map((uid, i) => ({ tenant: 'default', uid, rank: String(i) }))
  const written: string[] = []
  const rows = async (statement: Fragment): Promise<unknown[]> => {
    const { text, params } = compile(statement)
    if (text.includes('job_watermarks')) return []
    if (text.includes('pod_revisions')) return [{ uid: 'old' }]
    return JSON.stringify(params).includes('"old"') ? [] : placed
  }
  const upgrade = await createRulesUpgrade({
    store: { command: async ({ sql }) => void written.push(compile(sql).text) } as LogStore,
    reading: { rows } as RowReading,
  })
  expect(await upgrade.next(true)).toEqual([{ tenant: 'default', uid: 'old' }])
  expect([await upgrade.next(false), upgrade.isDone, written]).toEqual([[], false, []])
  expect([await upgrade.next(true), upgrade.isDone]).toEqual([undefined, true])
  expect(written).toEqual([expect.stringContaining('INSERT INTO job_watermarks')])
})

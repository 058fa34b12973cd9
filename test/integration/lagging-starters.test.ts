// Two processes that migrate one store at once, of which one lags.
import { expect, test } from 'vitest'
import { compile, raw } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { runMigrations } from '#shared/migrations/run-migrations.ts'
import { openTestStore } from '#test/support/store.ts'

/** Of a starter that waits before a statement until another one is done. */
function behindAnother(store: LogStore, begin: string): LogStore {
  let waiting: Promise<unknown> | undefined
  return {
    ...store,
    command: async (query) => {
      if (compile(query.sql).text.startsWith(begin)) await (waiting ??= runMigrations({ store }))
      return store.command(query)
    },
  }
}

test('a starter that lags behind another one leaves every view as the last migration has it', async () => {
  await using opened = await openTestStore({ migrate: false })
  const { store } = opened
  const viewsOf = () =>
    store.rows<{ name: string; text: string }>({
      sql: raw(
        `SELECT name, as_select AS text FROM system.tables
          WHERE database = currentDatabase() AND engine = 'MaterializedView' ORDER BY name`,
      ),
    })
  await runMigrations({ store: behindAnother(store, 'DROP VIEW IF EXISTS pod_watermarks_of_pods') })
  const views = await viewsOf()
  expect(views.map(({ name }) => name)).toContain('pod_watermarks_of_pods')
  expect(views.find(({ name }) => name === 'lines_of_lives_of_logs')!.text).toContain('absorbed')
  await store.command({ sql: raw('DROP VIEW lines_of_lives_of_logs') })
  await runMigrations({ store })
  expect(await viewsOf()).toEqual(views)
})

test('a starter whose exchange comes last changes its views as the other one had changed them', async () => {
  await using opened = await openTestStore({ migrate: false })
  const { store } = opened
  await runMigrations({ store: behindAnother(store, 'DROP VIEW IF EXISTS lines_of_lives_of_logs') })
  const [view] = await store.rows<{ text: string }>({
    sql: raw(`SELECT as_select AS text FROM system.tables WHERE name = 'lines_of_lives_of_logs'`),
  })
  expect(view!.text).toContain('absorbed')
})

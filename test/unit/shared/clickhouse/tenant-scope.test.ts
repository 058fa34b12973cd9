// The tenant is added by one builder: no statement of the sources reads a tenant's table otherwise.
import { globSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { compile } from '#shared/clickhouse/sql.ts'
import { fromEveryTenant, fromTable, tenantTables } from '#shared/clickhouse/tenant-scope.ts'
import { readMigrations } from '#shared/migrations/read-migrations.ts'

describe('the builder', () => {
  test('binds the tenant and never writes it into the text', () => {
    expect(compile(fromTable("a' OR 1 --", 'pods'))).toEqual({
      text: 'FROM pods WHERE tenant = {p0:String}',
      params: { p0: "a' OR 1 --" },
    })
  })

  test.each([
    [{ final: true }, 'FROM pods FINAL WHERE tenant = {p0:String}'],
    [{ prewhere: true }, 'FROM pods PREWHERE tenant = {p0:String}'],
    [{ final: true, prewhere: true }, 'FROM pods FINAL PREWHERE tenant = {p0:String}'],
  ])('%o is %s', (options, text) => {
    expect(compile(fromTable('t', 'pods', options)).text).toBe(text)
  })

  test('what reads all tenants says so, and takes further conditions alike', () => {
    expect(compile(fromEveryTenant('logs', { final: true }))).toEqual({ text: 'FROM logs FINAL WHERE 1', params: {} })
  })
})

test('every table with a tenant is in the list', async () => {
  const all = (await readMigrations('migrations')).map(({ text }) => text).join('\n')
  const dropped = new Set([...all.matchAll(/DROP TABLE IF EXISTS (\w+)/g)].map(([, table]) => table!))
  const created = [...all.matchAll(/CREATE TABLE (?:IF NOT EXISTS )?(\w+)\s*\(([^;]*)/g)].filter(
    ([, table]) => !dropped.has(table!),
  )
  expect(created.length).toBeGreaterThan(15)
  const withTenant = created.filter(([, , columns]) => /\btenant\b/.test(columns!)).map(([, table]) => table!)
  expect([...tenantTables]).toEqual(expect.arrayContaining(withTenant))
})

test('no other source reads a table of tenants by itself', () => {
  // A table by its name, or by a value: `FROM pods`, `JOIN logs`, `FROM ${table}`.
  const reads = new RegExp(String.raw`\b(?:FROM|JOIN)\s+(?:(?:${tenantTables.join('|')})\b|\$\{(?!systemTable\())`)
  const sources = globSync(['services/**/*.ts', 'shared/**/*.ts']).filter(
    // The builder itself, and statements that make tables.
    (path) => path !== 'shared/clickhouse/tenant-scope.ts' && !path.startsWith('shared/migrations/'),
  )
  expect(sources.length).toBeGreaterThan(200)
  const offenders = sources.filter((path) => reads.test(withoutComments(readFileSync(path, 'utf8')))).toSorted()
  expect(offenders).toEqual([])
})

const withoutComments = (source: string): string => source.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')

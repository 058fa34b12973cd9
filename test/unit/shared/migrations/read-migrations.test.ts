import { expect, test } from 'vitest'
import { readMigrations } from '#shared/migrations/read-migrations.ts'

const migrations = await readMigrations(new URL('../../../../migrations/', import.meta.url).pathname)

test.each(migrations)('$name has a form for a cluster beside it', ({ forCluster }) => {
  expect(forCluster).toBeDefined()
})

/** What the identity of a line hashes, beside the key of the table. */
const withinIdentity: Readonly<Record<string, readonly string[]>> = { logs: ['cluster', 'node'] }

const tables = migrations.flatMap(({ forCluster }) => {
  const text = forCluster?.text ?? ''
  const sorted = new Map(
    [...text.matchAll(/^CREATE TABLE IF NOT EXISTS (\w+)_local [^;]*?^ORDER BY ([^\n;]+)/gm)].map((match) => [
      match[1]!,
      match[2]!,
    ]),
  )
  return [...text.matchAll(/^CREATE TABLE IF NOT EXISTS (\w+) ON[^;]*?_local', cityHash64\(([^;]+)\)\);$/gm)].map((match) => ({
    table: match[1]!,
    shardedBy: match[2]!.match(/[a-z_]+\b(?!\()/g)!,
    sortedBy: sorted.get(match[1]!) ?? '',
  }))
})

test.each(tables)('the versions of a row of $table meet on one shard: it is sharded by columns of its key', (each) => {
  const key = [...each.sortedBy.matchAll(/[a-z_]+\b(?!\()/g)].map(([column]) => column)
  expect([...key, ...(withinIdentity[each.table] ?? [])]).toEqual(expect.arrayContaining(each.shardedBy))
})

test('every table of a cluster is looked at', () => {
  expect(tables.length).toBeGreaterThan(15)
})

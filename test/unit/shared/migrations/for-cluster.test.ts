import { expect, test } from 'vitest'
import { forCluster } from '#shared/migrations/for-cluster.ts'
import { readMigrations } from '#shared/migrations/read-migrations.ts'
import { splitStatements } from '#shared/migrations/split-statements.ts'

test('a table becomes a replicated one on each shard and a distributed one over them', () => {
  const [local, distributed, ...more] = forCluster(
    `CREATE TABLE IF NOT EXISTS pods (tenant String, cluster String, uid String, at DateTime64(9, 'UTC'), version UInt64)\nENGINE = ReplacingMergeTree(version)\nORDER BY (tenant, uid)`,
    'prod',
  )
  expect(local).toBe(
    `CREATE TABLE IF NOT EXISTS pods_local ON CLUSTER prod\n(tenant String, cluster String, uid String, at DateTime64(9, 'UTC'), version UInt64)\n` +
      `ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', version)\nORDER BY (tenant, uid)`,
  )
  expect(distributed).toBe(
    `CREATE TABLE IF NOT EXISTS pods ON CLUSTER prod AS pods_local\nENGINE = Distributed('prod', currentDatabase(), 'pods_local', cityHash64(tenant, cluster, uid))`,
  )
  expect(more).toEqual([])
})

test('a view reads and writes the tables of its shard', () => {
  expect(
    forCluster('CREATE MATERIALIZED VIEW IF NOT EXISTS v TO t AS\nSELECT a, max(b) AS b\nFROM s\nWHERE a != 0', 'prod'),
  ).toEqual([
    'CREATE MATERIALIZED VIEW IF NOT EXISTS v ON CLUSTER prod TO t_local AS\nSELECT a, max(b) AS b\nFROM s_local\nWHERE a != 0',
  ])
})

test('a change of columns is made in both tables, any other change only in the replicated one', () => {
  expect(forCluster('ALTER TABLE t ADD COLUMN IF NOT EXISTS x UInt8', 'c')).toEqual([
    'ALTER TABLE t_local ON CLUSTER c ADD COLUMN IF NOT EXISTS x UInt8',
    'ALTER TABLE t ON CLUSTER c ADD COLUMN IF NOT EXISTS x UInt8',
  ])
  // A distributed table has no order of its own.
  expect(forCluster('ALTER TABLE t ADD COLUMN IF NOT EXISTS x String, MODIFY ORDER BY (a, b, x)', 'c')).toEqual([
    'ALTER TABLE t_local ON CLUSTER c ADD COLUMN IF NOT EXISTS x String, MODIFY ORDER BY (a, b, x)',
    'ALTER TABLE t ON CLUSTER c ADD COLUMN IF NOT EXISTS x String',
  ])
  expect(forCluster('ALTER TABLE t ADD INDEX IF NOT EXISTS i x TYPE minmax', 'c')).toEqual([
    'ALTER TABLE t_local ON CLUSTER c ADD INDEX IF NOT EXISTS i x TYPE minmax',
  ])
})

test('a dropped table goes with its local one', () => {
  expect(forCluster('DROP TABLE IF EXISTS t', 'c')).toEqual([
    'DROP TABLE IF EXISTS t ON CLUSTER c',
    'DROP TABLE IF EXISTS t_local ON CLUSTER c',
  ])
})

test('rows made from other rows are read and written on all shards', () => {
  const fill = 'INSERT INTO t (a, b)\nSELECT a, b FROM s'
  expect(forCluster(fill, 'c')).toEqual([fill])
  expect(() => forCluster('INSERT INTO t VALUES (1)', 'c')).toThrow('no form for a cluster')
})

test('a form that is not known is refused, not run on one node', () => {
  expect(() => forCluster('RENAME TABLE a TO b', 'c')).toThrow('no form for a cluster')
})

test('every statement of the migrations has a form for a cluster, sharded so that copies of a row meet', async () => {
  const migrations = await readMigrations(new URL('../../../../migrations/', import.meta.url).pathname)
  const statements = migrations.flatMap((migration) =>
    splitStatements(migration.text).flatMap((statement) => forCluster(statement, 'prod')),
  )
  const keys = statements.flatMap((statement) => {
    const match = /IF NOT EXISTS (\w+) .*Distributed\('prod', currentDatabase\(\), '(\w+)', (.*)\)$/s.exec(statement)
    return match === null ? [] : [match.slice(1)]
  })
  expect(keys).toEqual(
    expect.arrayContaining([
      ['logs', 'logs_local', 'cityHash64(tenant, cluster, pod_uid)'],
      ['life_lines', 'life_lines_local', 'cityHash64(tenant, cluster, pod_uid)'],
      ['dead_letters', 'dead_letters_local', 'cityHash64(tenant, identity)'],
      ['dead_letter_replays', 'dead_letter_replays_local', 'cityHash64(tenant, identity)'],
      ['pods', 'pods_local', 'cityHash64(tenant, cluster, uid)'],
      ['lives', 'lives_local', 'cityHash64(tenant, cluster, pod_uid)'],
      ['events', 'events_local', 'cityHash64(tenant, cluster, uid)'],
    ]),
  )
  const onOneNode = statements.filter((statement) => !statement.includes('ON CLUSTER prod'))
  expect(onOneNode.filter((statement) => !/^INSERT INTO \w+ \(/.test(statement))).toEqual([])
})

import { expect, test } from 'vitest'
import { expectedTables, viewStatements } from '#shared/migrations/expected-tables.ts'

test('what was dropped or renamed since is not expected, a view is', () => {
  const texts = [
    'CREATE TABLE IF NOT EXISTS a (x Int8) ENGINE = Log; CREATE TABLE IF NOT EXISTS b (x Int8) ENGINE = Log;',
    "CREATE MATERIALIZED VIEW IF NOT EXISTS v TO b AS SELECT 'DROP TABLE b' AS x FROM a; DROP TABLE IF EXISTS a",
    'RENAME TABLE b TO x, v TO v ON CLUSTER {cluster}; CREATE OR REPLACE TABLE c AS x; DROP TABLE x SYNC; CREATE TABLE IF NOT EXISTS d_{nonce} AS c; EXCHANGE TABLES c AND d_{nonce}; DROP TABLE d_{nonce}',
  ]
  expect(expectedTables(texts)).toEqual(['c', 'v'])
})

test('a view is made again by its newest definition, and a table is not', () => {
  const texts = [
    'CREATE TABLE a (x Int8) ENGINE = Log; CREATE MATERIALIZED VIEW IF NOT EXISTS v TO a AS SELECT 1',
    'DROP VIEW IF EXISTS v; CREATE MATERIALIZED VIEW IF NOT EXISTS v ON CLUSTER {cluster} TO a AS SELECT 2',
    'ALTER TABLE w MODIFY QUERY SELECT 5; ALTER TABLE v ON CLUSTER {cluster} MODIFY QUERY\nSELECT 3; ALTER TABLE a DELETE WHERE 1',
  ]
  expect(viewStatements(texts, 'v')).toEqual([
    'CREATE MATERIALIZED VIEW IF NOT EXISTS v ON CLUSTER {cluster} TO a AS SELECT 2',
    'ALTER TABLE v ON CLUSTER {cluster} MODIFY QUERY\nSELECT 3',
  ])
  expect(viewStatements(texts, 'a')).toBeUndefined()
})

// What a migration cannot have in its text: `{nonce}` names tables of one starter alone, and `{key:N}` is the Nth key
// of the keyed hash that names lines. The keys come from a secret of the store, made at random when its first table
// with such a hash is made. The definition of `logs` is the one place that has it, so that nothing can disagree.
import { randomBytes } from 'node:crypto'
import { raw, sql, str } from '#shared/clickhouse/sql.ts'
import { localTable, onCluster } from '#shared/clickhouse/cluster-names.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'

/** Two numbers of 64 bits. */
type Secret = readonly [bigint, bigint]

/** The text of a migration, ready to run. */
export async function fillPlaceholders(store: LogStore, text: string): Promise<string> {
  const named = text.replaceAll('{nonce}', randomBytes(6).toString('hex'))
  if (!named.includes('{key:')) return named
  const [first, second] = (await readSecret(store)) ?? newSecret()
  return named.replaceAll(key, (_, n: string) => `(${first}, ${second + BigInt(n)})`)
}

/** Drops what starters left that were killed while they made a table. */
export async function dropLeftovers(store: LogStore): Promise<void> {
  const rows = await store.rows<{ name: string }>({
    sql: raw(
      `SELECT name FROM system.tables WHERE database = currentDatabase() AND match(name, '^logs_(next|before)_[0-9a-f]{12}(_local)?$')`,
    ),
  })
  for (const { name } of rows) await store.command({ sql: raw(`DROP TABLE IF EXISTS ${name}${onCluster(store)} SYNC`) })
}

const key = /\{key:(\d+)\}/g

/** A store whose migration was cut off may have keys with functions for their type, as they were written at first. */
const keysInDefinition = /sipHash64Keyed\(\((?:toUInt64\()?(\d+)\)?, (?:toUInt64\()?(\d+)\)/

async function readSecret(store: LogStore): Promise<Secret | undefined> {
  const rows = await store.rows<{ text: string }>({
    sql: sql`SELECT create_table_query AS text FROM system.tables
      WHERE database = currentDatabase() AND name = ${str(localTable(store, 'logs'))}`,
  })
  const keys = keysInDefinition.exec(rows[0]?.text ?? '')
  return keys === null ? undefined : [BigInt(keys[1]!), BigInt(keys[2]!)]
}

/**
 * A function for the type of a number would be analysed with each insert: both are so large that they are UInt64 by
 * themselves. The second one leaves room for the numbers of keys.
 */
const newSecret = (): Secret => [
  randomBytes(8).readBigUInt64LE() | (1n << 63n),
  (randomBytes(8).readBigUInt64LE() >> 1n) | (1n << 62n),
]

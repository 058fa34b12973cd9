// Brings a store's tables up to date: runs the migrations it does not have yet, in order, and records each with its checksum.
// Invariants: every statement is idempotent, so two starters at once, or a starter killed half way, end in the same tables; a
// migration that was applied is never edited; a store that a newer Afterlog has migrated is refused.
import { fileURLToPath } from 'node:url'
import { raw, sql, str, uint } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { AfterlogError } from '#shared/errors.ts'
import type { Logger } from '#shared/logger.ts'
import { forCluster } from './for-cluster.ts'
import { readMigrations, type Migration } from './read-migrations.ts'
import { splitStatements } from './split-statements.ts'

export interface RunMigrationsOptions {
  store: LogStore
  /** Default: the directory `migrations` of this checkout. */
  dir?: string
  /** Name of a ClickHouse cluster: replicated and distributed tables on all of it. */
  cluster?: string | undefined
  /** Every insert reaches the disk before it is answered; what survives a power cut costs each insert an fsync per part. */
  fsync?: boolean
  log?: Logger
}

/** Numbers of the migrations that this call applied. Rejects with `internal` and a sentence where history was edited or is newer. */
export async function runMigrations({
  store,
  dir = migrationsDir,
  cluster,
  fsync,
  log,
}: RunMigrationsOptions): Promise<number[]> {
  const run = async (text: string): Promise<void> => {
    for (const statement of splitStatements(text)) {
      for (const each of cluster === undefined ? [statement] : forCluster(statement, cluster))
        await store.command({ sql: raw(each) })
    }
  }
  const migrations = await readMigrations(dir)
  await run(historyTable)
  const applied = await readHistory(store)
  checkHistory(migrations, applied)
  const numbers: number[] = []
  for (const migration of migrations) {
    if (applied.has(migration.number)) continue
    await run(migration.text)
    await record(store, migration)
    numbers.push(migration.number)
    log?.info({ migration: migration.name }, 'migration applied')
  }
  if (fsync !== undefined) await applyFsync(store, fsync, cluster)
  return numbers
}

const migrationsDir = fileURLToPath(new URL('../../migrations/', import.meta.url))

/** Two starters may both record a migration: rows of one number are one. */
const historyTable = `
CREATE TABLE IF NOT EXISTS migrations
(
    number     UInt32,
    name       String,
    checksum   String,
    applied_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree
ORDER BY (number, checksum)`

interface Applied {
  number: number
  name: string
  checksum: string
}
type History = ReadonlyMap<number, readonly Applied[]>

async function readHistory(store: LogStore): Promise<History> {
  const rows = await store.rows<Applied>({ sql: raw('SELECT DISTINCT number, name, checksum FROM migrations ORDER BY number') })
  return Map.groupBy(rows, (row) => row.number)
}

function checkHistory(migrations: readonly Migration[], applied: History): void {
  for (const migration of migrations) {
    for (const row of applied.get(migration.number) ?? []) {
      if (row.checksum === migration.checksum) continue
      throw new AfterlogError(
        'internal',
        `the migration ${migration.name} was edited after it had been applied: this store has ${row.name} with checksum ${row.checksum}, ` +
          `the file has ${migration.checksum}. Put the file back as it was and add a new migration for what should change.`,
      )
    }
  }
  const newer = [...applied.values()].flat().find((row) => row.number > migrations.length)
  if (newer === undefined) return
  throw new AfterlogError(
    'internal',
    `this store has the migration ${newer.name}, which this version of Afterlog does not know: a newer version has used it. ` +
      'Start that version or a later one.',
  )
}

async function record(store: LogStore, { number, name, checksum }: Migration): Promise<void> {
  await store.command({
    sql: sql`INSERT INTO migrations (number, name, checksum) SELECT ${uint(number)}, ${str(name)}, ${str(checksum)}`,
  })
}

/** Turns fsync after each insert on or off for every table of the store that is not one of the migrations'. */
async function applyFsync(store: LogStore, on: boolean, cluster?: string): Promise<void> {
  const value = on ? 1 : 0
  const tables = await store.rows<{ name: string; full: string }>({
    sql: raw(
      `SELECT name, create_table_query AS full FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'`,
    ),
  })
  for (const { name, full } of tables) {
    const isOn = /fsync_after_insert = (1|true)/.test(full)
    if (isOn === on) continue
    const target = `${name}${cluster === undefined ? '' : ` ON CLUSTER ${cluster}`}`
    await store.command({
      sql: raw(`ALTER TABLE ${target} MODIFY SETTING fsync_after_insert = ${value}, fsync_part_directory = ${value}`),
    })
  }
}

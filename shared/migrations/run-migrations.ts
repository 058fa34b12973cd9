// Brings a store's tables up to date: runs the migrations that it lacks, in order, and records each with its checksum.
// Invariants: every statement is idempotent, so that two starters at once, or a starter killed half way, give the same
// tables; an applied migration is never edited; a store that a newer Afterlog has migrated is refused. In a cluster
// nothing changes while one of its hosts does not answer: then no statement ON CLUSTER hangs, and no host misses one.
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { requireAllHosts } from '#shared/clickhouse/cluster-hosts.ts'
import { onCluster } from '#shared/clickhouse/cluster-names.ts'
import { raw, sql, str, uint } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { AfterlogError } from '#shared/errors.ts'
import type { Logger } from '#shared/logger.ts'
import { expectedTables, viewStatements } from './expected-tables.ts'
import { dropLeftovers, fillPlaceholders } from './placeholders.ts'
import { readMigrations, type Migration, type SqlFile } from './read-migrations.ts'
import { splitStatements } from './split-statements.ts'

export interface RunMigrationsOptions {
  store: LogStore
  /** Defaults to the directory `migrations` of this checkout. */
  dir?: string
  /**
   * Whether each insert reaches the disk before it is answered, and so survives a power cut. Costs an fsync per part.
   */
  fsync?: boolean
  log?: Logger
}

/**
 * Returns the numbers of the migrations that this call applied. Rejects with `internal` and a sentence where an applied
 * migration was edited, or the store is newer.
 */
export async function runMigrations({
  store,
  dir = migrationsDir,
  fsync,
  log,
}: RunMigrationsOptions): Promise<number[]> {
  const migrations = await readMigrations(dir)
  const numbers: number[] = []
  await namingSilentHosts(store, async () => {
    if (!(await hasHistory(store))) await run(store, historyTable(store.cluster))
    const applied = await readHistory(store)
    checkHistory(migrations, applied, store.cluster)
    const starter: Starter = { hasExchanged: false }
    for (const migration of migrations.filter(({ number }) => !applied.has(number))) {
      const file = fileFor(migration, store.cluster)
      const isByAnother = async (): Promise<boolean> => (await readHistory(store)).has(migration.number)
      const text = await fillPlaceholders(store, file.text)
      if (!(await run(store, text, isByAnother, starter))) continue
      await record(store, migration.number, file)
      numbers.push(migration.number)
      log?.info({ migration: file.name }, 'migration applied')
    }
    await dropLeftovers(store)
    await checkTables(store, migrations, log)
    if (fsync !== undefined) await applyFsync(store, fsync)
  })
  return numbers
}

/**
 * Makes a view again that is gone, and rejects where a table is: migrations of before have made both. A starter that
 * lagged may have dropped a view that another one had made.
 */
async function checkTables(store: LogStore, migrations: readonly Migration[], log?: Logger): Promise<void> {
  const texts = migrations.map((migration) => fileFor(migration, store.cluster).text)
  const expected = expectedTables(texts)
  const readMissing = async (): Promise<string[]> => {
    const present = raw('SELECT name FROM system.tables WHERE database = currentDatabase()')
    const names = (await store.rows<{ name: string }>({ sql: present })).map(({ name }) => name)
    return expected.filter((name) => !names.includes(name))
  }
  let missing = await readMissing()
  for (const name of missing) {
    const statements = viewStatements(texts, name)
    if (statements === undefined) continue
    await run(store, statements.join(';\n'))
    log?.warn({ view: name }, 'a view was missing and is made again: it notes what is stored from now on')
  }
  if (missing.length > 0) missing = await readMissing()
  // Another starter may be about to make again what its migration has dropped.
  for (let tries = 0; missing.length > 0 && tries < recordedWithin.tries; tries++) {
    await sleep(recordedWithin.ms)
    missing = await readMissing()
  }
  if (missing.length === 0) return
  const files = missing.map((name) => `${name}.sql`).join(', ')
  throw new AfterlogError(
    'internal',
    `the store lacks ${missing.join(', ')}, which it had: ${files} under metadata of the data directory is gone; ` +
      'restore it from a backup, as docs/damage.md says',
  )
}

/** How often, and how long, a starter that failed checks whether another one has applied the migration: for 5 s. */
const recordedWithin = { tries: 20, ms: 250 }

const migrationsDir = fileURLToPath(new URL('../../migrations/', import.meta.url))

interface Starter {
  /**
   * Whether it has exchanged tables: it makes views of its own table then, as an early migration defines them, and so
   * has to run later migrations too, although another starter has applied them.
   */
  hasExchanged: boolean
}

/**
 * Runs the statements of a text, in order. Returns false where another starter has applied the whole text meanwhile: a
 * later migration of that starter may have dropped what the next statement reads, so a failure does not count then.
 */
async function run(
  store: LogStore,
  text: string,
  isByAnother = async () => false,
  starter: Starter = { hasExchanged: false },
): Promise<boolean> {
  const { cluster } = store
  if (cluster !== undefined) await requireAllHosts(store, cluster)
  for (const statement of splitStatements(cluster === undefined ? text : text.replaceAll('{cluster}', cluster))) {
    if (!starter.hasExchanged && (await isByAnother())) return false
    try {
      await store.command({ sql: raw(statement) })
      starter.hasExchanged ||= exchange.test(statement)
    } catch (error) {
      if (isRemoved(statement, error)) continue
      // The other starter drops what it made for the migration just before it records it.
      for (let tries = 0; tries < recordedWithin.tries; tries++) {
        if (await isByAnother()) return false
        await sleep(recordedWithin.ms)
      }
      throw error
    }
  }
  return true
}

const exchange = /^(EXCHANGE|RENAME) /

/** Whether the statement removes a TTL that is gone already, for which the engine has no IF EXISTS. */
const isRemoved = (statement: string, error: unknown): boolean =>
  statement.endsWith(' REMOVE TTL') && / TTL expression, cannot remove/.test(String((error as Error).cause))

/** Adds to a failure in a cluster the names of hosts that do not answer. */
async function namingSilentHosts(store: LogStore, migrate: () => Promise<void>): Promise<void> {
  try {
    await migrate()
  } catch (error) {
    if (store.cluster !== undefined && error instanceof AfterlogError && error.retryable)
      await requireAllHosts(store, store.cluster)
    throw error
  }
}

function fileFor(migration: Migration, cluster: string | undefined): SqlFile {
  if (cluster === undefined) return migration
  if (migration.forCluster === undefined)
    throw new AfterlogError(
      'internal',
      `the migration ${migration.name} has no file for a cluster beside it; ` +
        `add ${migration.name.replace(/\.sql$/, '.cluster.sql')}`,
    )
  return migration.forCluster
}

/** Two starters may both record a migration. Rows of one number are merged. */
function historyTable(cluster: string | undefined): string {
  const columns = `(
    number     UInt32,
    name       String,
    checksum   String,
    applied_at DateTime64(3, 'UTC') DEFAULT now64(3)
)`
  if (cluster === undefined)
    return `CREATE TABLE IF NOT EXISTS migrations ${columns} ENGINE = ReplacingMergeTree ORDER BY (number, checksum)`
  return `CREATE TABLE IF NOT EXISTS migrations_local ON CLUSTER {cluster} ${columns}
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')
ORDER BY (number, checksum);

CREATE TABLE IF NOT EXISTS migrations ON CLUSTER {cluster} AS migrations_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'migrations_local', cityHash64(number, checksum))`
}

interface Applied {
  number: number
  name: string
  checksum: string
}
type History = ReadonlyMap<number, readonly Applied[]>

async function hasHistory(store: LogStore): Promise<boolean> {
  const rows = await store.rows({
    sql: raw(`SELECT name FROM system.tables WHERE database = currentDatabase() AND name = 'migrations'`),
  })
  return rows.length > 0
}

async function readHistory(store: LogStore): Promise<History> {
  const rows = await store.rows<Applied>({
    sql: raw('SELECT DISTINCT number, name, checksum FROM migrations ORDER BY number'),
  })
  return Map.groupBy(rows, (row) => row.number)
}

function checkHistory(migrations: readonly Migration[], applied: History, cluster: string | undefined): void {
  for (const migration of migrations) {
    const file = fileFor(migration, cluster)
    // Until 0011, a cluster was migrated by statements made from the plain file, and its checksum was recorded.
    const checksums = [file.checksum, migration.checksum]
    for (const row of applied.get(migration.number) ?? []) {
      if (checksums.includes(row.checksum)) continue
      throw new AfterlogError(
        'internal',
        `the migration ${file.name} was edited after it had been applied: ` +
          `this store has ${row.name} with checksum ${row.checksum}, the file has ${file.checksum}. ` +
          'Put the file back as it was and add a new migration for what should change.',
      )
    }
  }
  const newer = [...applied.values()].flat().find((row) => row.number > migrations.length)
  if (newer === undefined) return
  throw new AfterlogError(
    'internal',
    `this store has the migration ${newer.name}, which this version of Afterlog does not know: ` +
      'a newer version has used it. Start that version or a later one.',
  )
}

async function record(store: LogStore, number: number, { name, checksum }: SqlFile): Promise<void> {
  await store.command({
    sql: sql`INSERT INTO migrations (number, name, checksum) SELECT ${uint(number)}, ${str(name)}, ${str(checksum)}`,
  })
}

/** Retention rules: their loss would drop lines. */
const alwaysSynced = new Set(
  ['retention_rules', 'retention_rules_copy', 'retention_marks'].flatMap((table) => [table, `${table}_local`]),
)

/** Turns fsync after each insert on or off, for every table of the store but those that are always synced. */
async function applyFsync(store: LogStore, forAll: boolean): Promise<void> {
  const tables = await store.rows<{ name: string; full: string }>({
    sql: raw(
      `SELECT name, create_table_query AS full FROM system.tables
        WHERE database = currentDatabase() AND engine LIKE '%MergeTree'`,
    ),
  })
  const changes = tables.flatMap(({ name, full }) => {
    const on = forAll || alwaysSynced.has(name)
    if (/fsync_after_insert = (1|true)/.test(full) === on) return []
    const value = on ? 1 : 0
    const settings = `fsync_after_insert = ${value}, fsync_part_directory = ${value}`
    return [`ALTER TABLE ${name}${onCluster(store)} MODIFY SETTING ${settings}`]
  })
  if (changes.length > 0) await run(store, changes.join(';\n'))
}

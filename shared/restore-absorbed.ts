// Restores what a lost part of `absorbed_lines` or of its copy had: without it, fragments would be lines beside the
// line that has their text. Each has what the other one lacks; where both lost a partition, the marks of `logs` that
// merges have left name some of its rows (decision 0018).
import { raw, sql, statement, str, type Fragment } from './clickhouse/sql.ts'
import type { LogStore } from './clickhouse/store.ts'
import { fromEveryTenant } from './clickhouse/tenant-scope.ts'
import type { Logger } from './logger.ts'

type Table = 'absorbed_lines' | 'absorbed_lines_copy'
const tables: readonly Table[] = ['absorbed_lines', 'absorbed_lines_copy']

interface Part {
  table: string
  /** The engine's id; '' where it is not known. */
  partition: string
  part: string
  version: string
}

export interface AbsorbedRestorer {
  /** Restores what these lost parts had, of whatever table they are. */
  restore(lost: readonly Part[]): Promise<void>
  /** Whether all rows of the part are in answers again. */
  isRestored(part: Part): boolean
}

export function createAbsorbedRestorer(store: Pick<LogStore, 'rows' | 'command'>, log: Logger): AbsorbedRestorer {
  /** Whether all rows of a part are there again, by its name. */
  const done = new Map<string, boolean>()
  const nameOf = ({ table, partition, part, version }: Part): string => `${table} ${partition} ${part} ${version}`

  async function fill(table: Table, partition: string, rows: Fragment): Promise<void> {
    const missing = sql`SELECT ${columns} FROM (${rows}) AS source WHERE (${keys}) GLOBAL NOT IN (
      SELECT ${keys} ${fromEveryTenant(table)}${ofPartition(partition)})`
    const count = statement('absorbed-lines-missing', sql`SELECT toFloat64(count()) AS rows FROM (${missing})`)
    const [row] = await store.rows<{ rows: number }>({ sql: count })
    if (row!.rows === 0) return
    await store.command({
      sql: statement('absorbed-lines-restore', sql`INSERT INTO ${raw(table)} (${columns}) ${missing}`),
      settings: { deduplicate_insert_select: 'disable', max_partitions_per_insert_block: 0 },
    })
    log.warn({ table, partition, rows: row!.rows }, `rows that a lost part of ${table} had are restored`)
  }

  async function restorePartition(partition: string, lostIn: ReadonlySet<string>): Promise<void> {
    const [table, copy] = tables as [Table, Table]
    await fill(table, partition, allOf(copy, partition))
    if (lostIn.size === tables.length) await fill(table, partition, marked(partition))
    await fill(copy, partition, allOf(table, partition))
  }

  return {
    async restore(lost) {
      const isNew = (part: Part): boolean =>
        (tables as readonly string[]).includes(part.table) && !done.has(nameOf(part))
      for (const [partition, parts] of Map.groupBy(lost.filter(isNew), (part) => part.partition)) {
        const lostIn = new Set(parts.map(({ table }) => table))
        try {
          await restorePartition(partition, lostIn)
          for (const part of parts) done.set(nameOf(part), lostIn.size === 1)
        } catch (error) {
          log.warn({ err: error, partition }, 'which fragments are parts of lines could not be restored; trying again')
        }
      }
    },
    isRestored: (part) => done.get(nameOf(part)) === true,
  }
}

const columns = raw('tenant, ts, identity, class, covers')
const keys = raw('tenant, ts, identity, covers')
const ofPartition = (partition: string): Fragment =>
  partition === '' ? sql`` : sql` AND _partition_id = ${str(partition)}`

const allOf = (table: Table, partition: string): Fragment =>
  sql`SELECT DISTINCT ${columns} ${fromEveryTenant(table)}${ofPartition(partition)}`

/** As the view over `logs` makes them. */
const marked = (partition: string): Fragment =>
  sql`SELECT DISTINCT tenant, ts, identity, class, absorbed = 2 AS covers
    ${fromEveryTenant('logs')}${ofPartition(partition)} AND absorbed > 0`

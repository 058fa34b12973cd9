// The two tables that hold every version of the retention rules: what is missing or cannot be read in one is restored
// from the other. Each insert is synced to the disk.
import { alterTable } from '#shared/clickhouse/cluster-names.ts'
import { milliseconds, raw, sql, statement, str } from '#shared/clickhouse/sql.ts'
import { isDamage } from '#shared/clickhouse/classify-error.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import type { Logger } from '#shared/logger.ts'
import { emptyTable } from './empty-table.ts'

/** Texts as in AFTERLOG_RETENTION and AFTERLOG_LAST_WORDS, '' for those of the environment. */
export interface VersionRow {
  /** `in_force`, ms since 1970, as decimal text. */
  ms: string
  rules: string
  lastWords: string
  /** Classes, separated by commas. */
  released: string
}

export interface RuleTables {
  /** Reads one table, newest version first. Where it is damaged, compares. */
  read(): Promise<VersionRow[]>
  /**
   * Reads both tables, and restores in each what only the other one has. `areLost`: neither can be read. `areSame`: each
   * has by now what the other one has.
   */
  compare(): Promise<{ rows: VersionRow[]; areLost: boolean; areSame: boolean }>
  write(row: VersionRow): Promise<void>
  /** Removes the versions, but for one, that begin after this time, ms since 1970. */
  removeAfter(ms: number, but: VersionRow): Promise<void>
}

type Table = 'retention_rules' | 'retention_rules_copy'
const tables: readonly Table[] = ['retention_rules', 'retention_rules_copy']
const versionsMax = 1000

export const isRuleTable = (table: string): boolean => (tables as readonly string[]).includes(table)

export function createRuleTables(store: LogStore, log: Logger): RuleTables {
  /** What a table lacked at the last comparison; undefined before the first one. */
  let lackedBefore: ReadonlySet<string> | undefined

  const readTable = (table: Table): Promise<VersionRow[]> => store.rows<VersionRow>({ sql: newestRows(table) })

  async function compare(): ReturnType<RuleTables['compare']> {
    const results = await Promise.allSettled(tables.map(readTable))
    const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []))
    for (const failure of failures) if (!isDamage(failure)) throw failure
    if (failures.length === tables.length) return { rows: [], areLost: true, areSame: false }
    const rows = union(results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])))
    const lacking = new Set<string>()
    let areSame = true
    for (const [i, table] of tables.entries()) {
      const result = results[i]!
      const stored = new Set(result.status === 'fulfilled' ? result.value.map(keyOf) : [])
      const missing = rows.filter((row) => !stored.has(keyOf(row)))
      const keys = missing.map((row) => `${table} ${keyOf(row)}`)
      for (const key of keys) lacking.add(key)
      // Another process may be storing what is missing for the first time.
      const before = lackedBefore
      const isWaiting = before !== undefined && keys.some((key) => !before.has(key))
      if (result.status === 'rejected') areSame = (await restore(table, missing, result.reason)) && areSame
      else if (missing.length > 0) areSame = !isWaiting && (await restore(table, missing)) && areSame
    }
    lackedBefore = lacking
    return { rows, areLost: false, areSame }
  }

  /** `damage`: why the table cannot be read. Resolves to whether nothing is missing any more. */
  async function restore(table: Table, missing: readonly VersionRow[], damage?: unknown): Promise<boolean> {
    try {
      if (damage !== undefined) await emptyTable(store, table)
      for (const row of missing) await insertVersion(store, table, row)
      log.warn(
        { err: damage, table, versions: missing.length },
        `versions of the retention rules were missing in the table ${table}: they are restored from the other one`,
      )
      return true
    } catch (error) {
      log.warn({ err: error, table }, `the retention rules could not be restored in ${table}; trying again`)
      return false
    }
  }

  return {
    compare,
    read: () =>
      readTable(tables[0]!).catch(async (error: unknown) => {
        if (!isDamage(error)) throw error
        return (await compare()).rows
      }),
    async write(row) {
      for (const table of tables) {
        // Where the other table could be read, this one is restored already.
        await readTable(table).catch(async (error: unknown) => {
          if (!isDamage(error)) throw error
          await emptyTable(store, table)
        })
        await insertVersion(store, table, row)
      }
    },
    async removeAfter(ms, but) {
      const are = sql`in_force > ${milliseconds(ms)} AND in_force != ${milliseconds(Number(but.ms))}`
      for (const table of tables)
        await store.command({
          sql: alterTable(store, table, sql`DELETE WHERE ${are}`),
          settings: { mutations_sync: 2 },
        })
    },
  }
}

async function insertVersion(
  store: LogStore,
  table: Table,
  { ms, rules, lastWords, released }: VersionRow,
): Promise<void> {
  await store.command({
    sql: statement(
      'retention-rules-put',
      sql`INSERT INTO ${raw(table)} (in_force, rules, last_words, released)
        SELECT ${milliseconds(Number(ms))}, ${str(rules)}, ${str(lastWords)}, ${str(released)}`,
    ),
  })
}

function union(lists: readonly VersionRow[][]): VersionRow[] {
  const byKey = new Map(lists.flat().map((row) => [keyOf(row), row]))
  return [...byKey.values()].toSorted((a, b) => Number(b.ms) - Number(a.ms)).slice(0, versionsMax)
}

const keyOf = ({ ms, rules, lastWords, released }: VersionRow): string =>
  [ms, rules, lastWords, released].join('\u0000')

const fromOf = { retention_rules: 'FROM retention_rules', retention_rules_copy: 'FROM retention_rules_copy' }
const newestRows = (table: Table) =>
  statement(
    'retention-rules',
    raw(`SELECT toString(toUnixTimestamp64Milli(in_force)) AS ms, rules, last_words AS lastWords, released
  ${fromOf[table]} ORDER BY in_force DESC, rules DESC, last_words DESC, released DESC
  LIMIT 1 BY in_force LIMIT ${versionsMax}`),
  )

// The tables and views of a store in words that are the same for one store and for a cluster, so that the two forms of
// a migration can be compared: of a cluster those of the local tables.
import { raw } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'

/** By table: engine with its keys, TTL and settings; columns; indexes. By view: its query and its target. */
export type Schema = Readonly<Record<string, unknown>>

export async function schemaOf(store: LogStore): Promise<Schema> {
  const tables = await store.rows<{ database: string; name: string; engine: string; full: string; query: string }>({
    sql: raw(`SELECT database, name, engine, engine_full AS full, create_table_query AS query FROM system.tables
      WHERE database = currentDatabase() AND engine NOT IN ('Distributed', 'View') ORDER BY name`),
  })
  const schema: Record<string, unknown> = {}
  for (const { database, name, engine, full, query } of tables) {
    if (engine === 'MaterializedView') schema[name.replace(/_distributed$/, '')] = viewText(query, database)
    else schema[plainName(name)] = { engine: full.replace('MergeTree()', 'MergeTree'), ...(await detailsOf(store, name)) }
  }
  return schema
}

/** Columns of each distributed table of a cluster, as `schemaOf` has those of its local table. */
export async function distributedColumns(store: LogStore): Promise<Record<string, unknown>> {
  const names = await store.rows<{ name: string }>({
    sql: raw(`SELECT name FROM system.tables WHERE database = currentDatabase() AND engine = 'Distributed' ORDER BY name`),
  })
  const columns: Record<string, unknown> = {}
  for (const { name } of names) columns[name] = (await detailsOf(store, name)).columns
  return columns
}

async function detailsOf(store: LogStore, table: string) {
  // Each store has keys of its own.
  const columns = await store.rows({
    sql: raw(`SELECT name, type, default_kind, compression_codec,
        replaceRegexpAll(default_expression, '[0-9]{10,}, [0-9]{10,}', 'key') AS default_expression
      FROM system.columns
      WHERE database = currentDatabase() AND table = '${table}' ORDER BY position`),
  })
  const indexes = await store.rows({
    sql: raw(`SELECT name, type_full, expr, granularity FROM system.data_skipping_indices
      WHERE database = currentDatabase() AND table = '${table}' ORDER BY name`),
  })
  return { columns, indexes }
}

/** Without the columns that the engine lists, and with the names that one store has. */
function viewText(query: string, database: string): string {
  const target = /\bTO (\S+)/.exec(query)![1]!
  const select = query.slice(query.indexOf(' AS ', query.lastIndexOf(')', query.search(/ AS (WITH|SELECT)/))))
  return `TO ${plainName(target)}${select}`.replaceAll(`${database}.`, '').replaceAll(/(\w+)_local(?: AS \w+)?/g, '$1')
}

const plainName = (name: string): string => name.replace(/_local$/, '')

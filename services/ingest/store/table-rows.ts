// What decoders and normalisers hand to delivery: rows of one table, already encoded for the engine.

export type TableName = 'logs' | 'dead_letters' | 'dead_letter_replays' | 'pods' | 'lives' | 'events' | 'nodes' | 'node_states'

export interface TableRows {
  table: TableName
  /** JSONCompactEachRow: one JSON array per row and a newline, in the column order of services/ingest/store/columns.ts. */
  rows: Buffer
  count: number
  /** Called once all that was accepted with the rows is stored: nobody reads their bytes any more. */
  release?: () => void
}

/** One entry per table, in the order the tables first stand in. */
export function mergeTables(tables: readonly TableRows[]): TableRows[] {
  return [...Map.groupBy(tables, ({ table }) => table)].map(([table, of]) =>
    of.length === 1
      ? of[0]!
      : { table, rows: Buffer.concat(of.map(({ rows }) => rows)), count: of.reduce((sum, { count }) => sum + count, 0) },
  )
}

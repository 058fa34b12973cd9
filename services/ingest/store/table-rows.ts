// What decoders and normalisers give to delivery: rows of one table, encoded for the engine.

export type TableName =
  | 'logs'
  | 'dead_letters'
  | 'dead_letter_replays'
  | 'refused_lines'
  | 'pods'
  | 'lives'
  | 'events'
  | 'nodes'
  | 'node_states'

export interface TableRows {
  table: TableName
  /**
   * JSONCompactEachRow: one JSON array per row and a newline, in the column order of services/ingest/store/columns.ts.
   */
  rows: Buffer
  count: number
  /** Called once all rows that were accepted together are stored, and their bytes are no longer read. */
  release?: () => void
}

/** Merges to one entry per table, in the order in which the tables first appear. */
export function mergeTables(tables: readonly TableRows[]): TableRows[] {
  return [...Map.groupBy(tables, ({ table }) => table)].map(([table, of]) =>
    of.length === 1
      ? of[0]!
      : {
          table,
          rows: Buffer.concat(of.map(({ rows }) => rows)),
          count: of.reduce((sum, { count }) => sum + count, 0),
        },
  )
}

// What decoders and normalisers hand to delivery: rows of one table, already encoded for the engine.

export type TableName = 'logs' | 'dead_letters' | 'pods' | 'lives' | 'events'

export interface TableRows {
  table: TableName
  /** JSONCompactEachRow: one JSON array per row and a newline, in the column order of services/ingest/store/columns.ts. */
  rows: Buffer
  count: number
}

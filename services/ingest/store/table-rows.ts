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

/** The bytes of one insert. Big inserts cost the engine half as much per line as small ones. */
export const insertBytesMax = 24 * 1024 * 1024

/** Cuts rows between rows into slices of at most the bytes of one insert. Only a row that is larger is a larger slice. */
export function sliceRows(whole: TableRows): TableRows[] {
  const { table, rows } = whole
  if (rows.length <= insertBytesMax) return [whole]
  const slices: TableRows[] = []
  for (let start = 0, stop: number; start < rows.length; start = stop) {
    const last = Math.min(start + insertBytesMax, rows.length) - 1
    const before = rows.lastIndexOf(newline, last)
    stop = (before < start ? rows.indexOf(newline, last) : before) + 1
    slices.push({ table, rows: rows.subarray(start, stop), count: countRows(rows, start, stop) })
  }
  return slices
}

const newline = 0x0a

function countRows(rows: Buffer, start: number, stop: number): number {
  let count = 0
  for (let at = start; at < stop; at = rows.indexOf(newline, at) + 1) count++
  return count
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

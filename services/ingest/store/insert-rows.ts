// One insert. Where it fails for its size or its content it is split, down to single rows, and a row that the store
// refuses alone becomes a dead letter. Errors of an unknown kind are treated alike while the store takes other rows, so
// that no row blocks all others for ever. Other failures reject: the caller inserts all rows again, and equal rows
// collapse.
import { AfterlogError } from '#shared/errors.ts'
import type { TableName } from './table-rows.ts'

/** Stores rows of one table; resolves when they survive `kill -9`. */
export type InsertRows = (table: TableName, rows: Buffer, count: number) => Promise<void>

export interface InsertRowsOptions {
  insert: InsertRows
  /** Records a row that the store refuses. */
  refused(table: TableName, row: Buffer, error: AfterlogError): Promise<void>
}

/** Inserts of fewer rows are not split when the store lacks memory: they cannot be the reason. */
const splitRowsMin = 1000
/** After this many unknown failures in a row, the store is at fault, not the rows. */
const unknownFailuresMax = 256

export function createInsertRows({ insert, refused }: InsertRowsOptions): InsertRows {
  return async function insertRows(table, rows, count) {
    const suspects: { row: Buffer; error: AfterlogError }[] = []
    let stored = 0
    let failures = 0

    async function attempt(some: Buffer, size: number): Promise<void> {
      try {
        await insert(table, some, size)
        stored += size
        failures = 0
      } catch (error) {
        const code = error instanceof AfterlogError ? error.code : undefined
        if (code === 'rows-refused' && size === 1) return refused(table, some, error as AfterlogError)
        const unknown = code === 'internal' && ++failures <= unknownFailuresMax
        if (unknown && size === 1) return void suspects.push({ row: some, error: error as AfterlogError })
        if (code !== 'rows-refused' && !unknown && (code !== 'store-memory' || size <= splitRowsMin)) throw error
        for (const half of halves(some, size)) await attempt(half.rows, half.count)
      }
    }

    await attempt(rows, count)
    // Where no row was stored, a bad row cannot be told from a bad store.
    if (stored === 0 && suspects.length > 0) throw suspects[0]!.error
    for (const { row } of suspects.splice(0)) await attempt(row, 1)
    for (const { row, error } of suspects) await refused(table, row, error)
  }
}

/** Splits rows into two parts of about equal size. */
function halves(rows: Buffer, count: number): { rows: Buffer; count: number }[] {
  const middle = rows.length >> 1
  const after = rows.indexOf(newline, middle)
  const cut = (after === rows.length - 1 ? rows.lastIndexOf(newline, middle) : after) + 1
  let first = 0
  for (let at = rows.indexOf(newline); at !== -1 && at < cut; at = rows.indexOf(newline, at + 1)) first++
  return [
    { rows: rows.subarray(0, cut), count: first },
    { rows: rows.subarray(cut), count: count - first },
  ]
}

const newline = 0x0a

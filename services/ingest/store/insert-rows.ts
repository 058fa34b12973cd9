// One insert, and what to do where it fails for its size or for what is in it: it is split, down to the rows that the store refuses one by
// one, which become dead letters. So it is with an error that nobody has classified, as long as the store takes other rows meanwhile: no
// row holds up all others for ever. Whatever else fails is the caller's to try again; what was stored of it before collapses then.
import { AfterlogError } from '#shared/errors.ts'
import type { TableName } from './table-rows.ts'

/** Stores rows of one table; resolves when they survive `kill -9`. */
export type InsertRows = (table: TableName, rows: Buffer, count: number) => Promise<void>

export interface InsertRowsOptions {
  insert: InsertRows
  /** Keeps a row that the store refuses. */
  refused(table: TableName, row: Buffer, error: AfterlogError): Promise<void>
}

/** Fewer rows than this are not what a store is short of memory for. */
const splitRowsMin = 1000
/** So many failures of a kind that nobody has classified, one after the other, are the store's and not the rows'. */
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
    // Where nothing was stored, nothing tells a bad row from a bad store.
    if (stored === 0 && suspects.length > 0) throw suspects[0]!.error
    for (const { row } of suspects.splice(0)) await attempt(row, 1)
    for (const { row, error } of suspects) await refused(table, row, error)
  }
}

/** Two parts of whole rows, of about the same bytes. */
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

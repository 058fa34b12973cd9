// One insert, and what to do where it fails for its size or for what is in it: it is split, down to the rows that the store refuses one by
// one, which become dead letters. Whatever else fails is the caller's to try again; what was stored of it before collapses then.
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

export function createInsertRows({ insert, refused }: InsertRowsOptions): InsertRows {
  return async function insertRows(table, rows, count) {
    try {
      await insert(table, rows, count)
    } catch (error) {
      const code = error instanceof AfterlogError ? error.code : 'internal'
      if (code === 'rows-refused' && count === 1) return refused(table, rows, error as AfterlogError)
      if (code !== 'rows-refused' && (code !== 'store-memory' || count <= splitRowsMin)) throw error
      for (const half of halves(rows, count)) await insertRows(table, half.rows, half.count)
    }
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

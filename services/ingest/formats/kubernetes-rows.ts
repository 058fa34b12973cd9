// The rows of lifecycle objects, written as bytes while the objects are read. An object gives all of its rows or none.
import { AfterlogError } from '#shared/errors.ts'
import { columns } from '../store/columns.ts'
import { RowWriter } from '../store/row-writer.ts'
import type { TableRows } from '../store/table-rows.ts'

const lifecycleTables = ['pods', 'lives', 'events', 'nodes', 'node_states'] as const
type LifecycleTable = (typeof lifecycleTables)[number]
export type Row = Record<string, unknown>

/** The most bytes of the rows of one object: each of its containers repeats the names of its pod and node. */
const objectRowsBytesMax = 32 * 1024 * 1024
/** The most bytes of the rows of one body. */
const bodyRowsBytesMax = 256 * 1024 * 1024

interface GrowingTable {
  writer: RowWriter
  count: number
}

export class LifecycleRows {
  private readonly tables = new Map<LifecycleTable, GrowingTable>()
  private bytes = 0

  /**
   * Adds the rows of one object. Returns the number of their bytes where they are too many, and adds none then. Throws
   * AfterlogError `too-large` where the body has too many.
   */
  add(rows: Iterable<readonly [LifecycleTable, Row]>): number | undefined {
    const before = this.bytes
    const marks = new Map<GrowingTable, { length: number; count: number }>()
    for (const [name, row] of rows) {
      const table = this.tableOf(name)
      const { length } = table.writer
      if (!marks.has(table)) marks.set(table, { length, count: table.count })
      table.writer.text(encode(name, row))
      table.count++
      this.bytes += table.writer.length - length
      const objectBytes = this.bytes - before
      if (objectBytes > objectRowsBytesMax) {
        for (const [of, mark] of marks) {
          of.writer.length = mark.length
          of.count = mark.count
        }
        this.bytes = before
        return objectBytes
      }
      if (this.bytes > bodyRowsBytesMax)
        throw new AfterlogError(
          'too-large',
          `the body becomes more than ${bodyRowsBytesMax} bytes of rows; send fewer objects at once`,
        )
    }
    return undefined
  }

  /** Returns the tables that have rows. */
  take(): TableRows[] {
    return lifecycleTables.flatMap((table) => {
      const of = this.tables.get(table)
      return of === undefined || of.count === 0 ? [] : [{ table, rows: of.writer.take(), count: of.count }]
    })
  }

  private tableOf(name: LifecycleTable): GrowingTable {
    let table = this.tables.get(name)
    if (table === undefined) this.tables.set(name, (table = { writer: new RowWriter(4096), count: 0 }))
    return table
  }
}

// The engine would refuse a lone surrogate, and with it the whole batch.
function encode(table: LifecycleTable, row: Row): string {
  return `${JSON.stringify(
    columns[table].map((column) => row[column]),
    (_, value: unknown) => wellFormed(value),
  )}\n`
}

function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed()
  if (typeof value !== 'object' || value === null || Object.keys(value).every((key) => key.isWellFormed())) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key.toWellFormed(), inner]))
}

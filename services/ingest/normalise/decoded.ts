// What any decoder makes of a body: rows for the tables, and what could not become rows.
import type { TableRows } from '../store/table-rows.ts'
import type { Reject } from './reject.ts'

export interface Decoded {
  tables: TableRows[]
  /** Records that became rows; a line of three fragments counts three. */
  accepted: number
  rejects: Reject[]
}

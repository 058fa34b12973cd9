// The result of every decoder: rows for the tables, and the records that could not become rows.
import type { TableRows } from '../store/table-rows.ts'
import type { FragmentsOfBatch } from './open-fragments.ts'
import type { Reject } from './reject.ts'

export interface Decoded {
  tables: TableRows[]
  /** How many records became rows. A line joined from three fragments counts three. */
  accepted: number
  rejects: Reject[]
  /** NUL bytes that were skipped in front of lines. */
  nulBytes?: number
  /** Missing where no other batch is concerned. */
  fragments?: FragmentsOfBatch
}

/** The counts and rejects of one batch. The sink has its lines. */
export interface BatchOutcome {
  accepted: number
  rejects: Reject[]
  /** NUL bytes that were skipped in front of lines. */
  nulBytes?: number
}

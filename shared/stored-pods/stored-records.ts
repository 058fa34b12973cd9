// Pure: records as they are stored, every revision of them, and which of them counts.
import { sql, statement, strs, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'
import type { PodRecord } from '#shared/pod-model/record.ts'

export interface StoredRecord {
  uid: string
  revision: string
  isDeleted: number
  rulesVersion: number
  /** Epoch ms, as decimal text. */
  watermark: string
  linesAt: string
  /** JSON of a PodRecord. */
  record: string
}

/** Every revision that is still stored. Rows: StoredRecord. */
export const storedRecords = (tenant: string, uids: readonly string[]): Fragment =>
  statement(
    'stored-records',
    sql`SELECT uid, toString(revision) AS revision, is_deleted AS isDeleted, rules_version AS rulesVersion,
    toString(toUnixTimestamp64Milli(watermark)) AS watermark, toString(toUnixTimestamp64Milli(lines_at)) AS linesAt,
      record
  ${fromTable(tenant, 'pod_revisions', { prewhere: true })} AND uid IN ${strs(uids)}`,
  )

/** By uid, the one that counts, deleted ones too. */
export function newestRecords(rows: readonly StoredRecord[]): Map<string, StoredRecord> {
  const newest = new Map<string, StoredRecord>()
  for (const row of rows) {
    const other = newest.get(row.uid)
    if (other === undefined || BigInt(row.revision) > BigInt(other.revision)) newest.set(row.uid, row)
  }
  return newest
}

const parsedRecords = new WeakMap<object, PodRecord>()

/**
 * undefined where there is no row, or its pod turned out to be another one. A row is parsed once, so nobody changes the
 * record.
 */
export function recordIn(row: Pick<StoredRecord, 'isDeleted' | 'record'> | undefined): PodRecord | undefined {
  if (row === undefined || row.isDeleted === 1) return undefined
  const parsed = parsedRecords.get(row) ?? (JSON.parse(row.record) as PodRecord)
  parsedRecords.set(row, parsed)
  return parsed
}

/** The rank that a record has in lists. */
export const placeOf = ({ handles }: PodRecord): string => handles.find(({ kind }) => kind === 'all')?.rank ?? '0'

/** The rank that it has among the dead; undefined of a pod that is not over. */
export const deathPlaceOf = ({ handles }: PodRecord): string | undefined =>
  handles.find(({ kind }) => kind === 'dead')?.rank

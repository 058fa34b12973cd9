// What rows of ingest say of themselves, by the names of their columns: for rows that the store refuses.
import { columns } from './columns.ts'
import type { TableName } from './table-rows.ts'

export function tenantOf(table: TableName, row: Buffer): string {
  const tenant = fieldsOf(table, row)['tenant']
  return typeof tenant === 'string' ? tenant : 'default'
}

/** The record that a row of `logs` was. */
export function recordOf(row: Buffer): Buffer {
  const { pod_uid: podUid, container_id: containerId, ...fields } = fieldsOf('logs', row)
  return Buffer.from(JSON.stringify({ ...fields, podUid, containerId }))
}

/** By column; empty where the row is no JSON. */
function fieldsOf(table: TableName, row: Buffer): Record<string, unknown> {
  try {
    const values = JSON.parse(row.toString()) as unknown[]
    return Object.fromEntries(columns[table].map((column, i) => [column, values[i]]))
  } catch {
    return {}
  }
}

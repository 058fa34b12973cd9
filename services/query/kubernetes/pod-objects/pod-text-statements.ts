// The statement of the objects of a page of pods, or of their labels where the answer needs only metadata.
import { sql, statement, strs, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'

export interface PodTextRow {
  uid: string
  labels: Record<string, string>
  /** The Pod as JSON, '' where the answer does not need it. */
  object: string
  phase: string
  ip: string
  createdAt: string | null
}

/** Rows: PodTextRow. */
export function podTexts(tenant: string, uids: readonly string[], whole: boolean): Fragment {
  return statement(
    'pod-texts',
    sql`SELECT uid, labels, ${whole ? sql`object` : sql`''`} AS object, phase, ip, created_at AS createdAt
    ${fromTable(tenant, 'pods', { final: true })} AND uid IN ${strs(uids)}`,
  )
}

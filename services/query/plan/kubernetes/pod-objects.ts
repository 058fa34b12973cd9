// What the pods of a page show besides their facts: whole objects, or their labels where only metadata is wanted.
import { sql, str, strs, type Fragment } from '#shared/clickhouse/sql.ts'

export interface PodTextRow {
  uid: string
  labels: Record<string, string>
  /** The Pod as JSON, '' where it was not asked for. */
  object: string
  phase: string
  ip: string
  createdAt: string | null
}

/** Rows: PodTextRow. */
export function podTexts(tenant: string, uids: readonly string[], whole: boolean): Fragment {
  return sql`SELECT uid, labels, ${whole ? sql`object` : sql`''`} AS object, phase, ip, created_at AS createdAt
    FROM pods FINAL WHERE tenant = ${str(tenant)} AND uid IN ${strs(uids)}`
}

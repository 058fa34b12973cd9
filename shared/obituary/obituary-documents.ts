// Pure: obituaries as they are stored, one document for each pod that died.
import { sql, statement, strs, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'

export interface DocumentRow {
  uid: string
  /** Of the record that it belongs to; '0' of documents from before there were records. */
  revision: string
  document: string
  /** JSON of Death[]. */
  deaths: string
}

/** The newest document of each. Rows: DocumentRow. */
export const documents = (tenant: string, uids: readonly string[]): Fragment =>
  statement(
    'obituary-documents',
    sql`SELECT uid, toString(obituaries.revision) AS revision,
      document, toJSONString(deaths) AS deaths ${fromTable(tenant, 'obituaries', { prewhere: true })} AND uid IN ${strs(uids)}
  ORDER BY obituaries.revision DESC, written_at DESC LIMIT 1 BY uid`,
  )

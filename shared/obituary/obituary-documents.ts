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
  /** As NotedRow has it. */
  noted: string[]
}

/** The newest document of each. Rows: DocumentRow. */
export const documents = (tenant: string, uids: readonly string[]): Fragment =>
  statement(
    'obituary-documents',
    sql`SELECT uid, toString(obituaries.revision) AS revision,
      document, toJSONString(deaths) AS deaths, arrayMap(one -> toString(one), deaths_noted) AS noted
    ${fromTable(tenant, 'obituaries', { prewhere: true })} AND uid IN ${strs(uids)}
  ORDER BY obituaries.revision DESC, written_at DESC LIMIT 1 BY uid`,
  )

export interface NotedRow {
  uid: string
  names: [container: string, restart: number, containerId: string][]
  /** Of each death the revision since which it is known, as decimal text; none in rows from before there were any. */
  noted: string[]
}

/** Since when the deaths of these pods are known. It reads no documents. Rows: NotedRow. */
export const notedDeaths = (tenant: string, uids: readonly string[]): Fragment =>
  statement(
    'noted-deaths',
    sql`SELECT uid, arrayMap(death -> (death.container, death.restart, death.container_id), deaths) AS names,
      arrayMap(revision -> toString(revision), deaths_noted) AS noted
    ${fromTable(tenant, 'obituaries', { prewhere: true })} AND uid IN ${strs(uids)} AND notEmpty(deaths)
    ORDER BY obituaries.revision DESC, written_at DESC LIMIT 1 BY uid`,
  )

// The document that outlives a pod's lines, and what is left of a pod once everything else of it is gone.
import { sql, str } from '#shared/clickhouse/sql.ts'
import type { PodDetailJson } from '#query/render/pod-detail.ts'
import { detailOf } from './pod-detail.ts'
import type { Reading } from './reading.ts'

/** From what is stored now of a pod whose facts are read and whose lines are counted. */
export const composeObituary = detailOf

/** As it was written last. `uid`: of the API, or unresolved:… */
export async function keptObituary(reading: Reading, tenant: string, uid: string): Promise<PodDetailJson | undefined> {
  const [row] = await reading.rows<{ document: string }>(
    sql`SELECT document FROM obituaries FINAL WHERE tenant = ${str(tenant)} AND uid = ${str(uid)}`,
  )
  return row === undefined ? undefined : (JSON.parse(row.document) as PodDetailJson)
}

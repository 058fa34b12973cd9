// What is left of a pod once its lines, and all that Kubernetes said of it, are gone: the obituary that was written last.
import { sql, str } from '#shared/clickhouse/sql.ts'
import type { Obituary } from '#query/render/obituary.ts'
import type { PodDetailJson } from '#query/render/pod-detail.ts'
import type { Reading } from './reading.ts'

/** `uid`: of the API, or unresolved:… */
export async function keptObituary({ rows }: Pick<Reading, 'rows'>, tenant: string, uid: string): Promise<Obituary | undefined> {
  const [row] = await rows<{ document: string }>(
    sql`SELECT document FROM obituaries FINAL WHERE tenant = ${str(tenant)} AND uid = ${str(uid)}`,
  )
  return row === undefined ? undefined : (JSON.parse(row.document) as Obituary)
}

/** As GET /v1/pods/{uid} shows it. Events are kept as long as obituaries: where nothing else is left there were none. */
export async function keptDetail(
  reading: Pick<Reading, 'rows'>,
  tenant: string,
  uid: string,
): Promise<PodDetailJson | undefined> {
  const kept = await keptObituary(reading, tenant, uid)
  if (kept === undefined) return undefined
  const { pod, cause, evidence, replacement } = kept
  return { ...pod, cause, evidence, events: [], replacement }
}

// Pods on a node that did not end before its state changed: what the node says may be why they end.
import { sql, statement, str, uint } from '#shared/clickhouse/sql.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'

/** A node holds some hundreds at a time; over its years it held many. */
const podsMax = 2000

/** Uids, newest first: those that live, or were seen in the last hour. */
export async function podsOfNode({ rows }: RowReading, tenant: string, cluster: string, node: string): Promise<string[]> {
  const found = await rows<{ uid: string }>(
    statement(
      'pods-of-node',
      sql`SELECT DISTINCT uid FROM (SELECT uid, rank ${fromTable(tenant, 'pod_lookup')} AND kind = 'node' AND value = ${str(node)} AND cluster = ${str(cluster)}
      AND last_seen >= toUnixTimestamp64Nano(now64(9)) - 3600000000000 ORDER BY rank LIMIT ${uint(podsMax)})`,
    ),
  )
  return found.map(({ uid }) => uid)
}

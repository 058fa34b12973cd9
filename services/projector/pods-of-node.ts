// Pods of a node that run, or ended a short time ago: a new state of the node may be why they end.
import { sql, statement, str, uint } from '#shared/clickhouse/sql.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'

/** Pods that one change of a node concerns at most. A node runs some hundreds at a time. */
const podsMax = 2000

/** Uids of the pods that run, or whose lastSeen is in the last hour, newest first. */
export async function podsOfNode(
  { rows }: RowReading,
  tenant: string,
  cluster: string,
  node: string,
): Promise<string[]> {
  const pods = await rows<{ uid: string }>(
    statement(
      'pods-of-node',
      sql`SELECT DISTINCT uid FROM (SELECT uid, rank ${fromTable(tenant, 'pod_lookup')}
      AND kind = 'node' AND value = ${str(node)} AND cluster = ${str(cluster)}
      AND last_seen >= toUnixTimestamp64Nano(now64(9)) - 3600000000000 ORDER BY rank LIMIT ${uint(podsMax)})`,
    ),
  )
  return pods.map(({ uid }) => uid)
}

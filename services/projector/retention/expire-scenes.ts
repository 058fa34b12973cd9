// Deletes states of nodes, and lines of kernels about OOM kills, that no end of a pod with facts rests on any more.
import { alterTable } from '#shared/clickhouse/cluster-names.ts'
import { bind, join, milliseconds, sql, statement, str, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { fromEveryTenant, type TenantTable } from '#shared/clickhouse/tenant-scope.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'

export interface ExpireScenesOptions {
  store: LogStore
  reading: RowReading
}

interface OldState {
  tenant: string
  cluster: string
  node: string
  what: string
  /** Epoch ns: earlier states of this kind have expired. */
  until: string
}

/** Kinds of states of one statement, whose text is 256 KB at most. */
const statesAtOnce = 200
const statesMax = 20_000

/** `before`: epoch ms. The state that held then stays, unless the node was gone by then. */
export async function expireScenes({ store, reading }: ExpireScenesOptions, before: number): Promise<void> {
  const states = await reading.rows<OldState>(oldStates(before))
  for (let from = 0; from < states.length; from += statesAtOnce)
    await deleteRows(store, 'node_states', join(states.slice(from, from + statesAtOnce).map(areOlder), ' OR '))
  const areOld = sql`ts < ${milliseconds(before)}`
  const some = await reading.rows(
    statement('old-kernel-ooms', sql`SELECT 1 AS one ${fromEveryTenant('kernel_ooms')} AND ${areOld} LIMIT 1`),
  )
  if (some.length > 0) await deleteRows(store, 'kernel_ooms', areOld)
}

const deleteRows = (store: LogStore, table: TenantTable, are: Fragment): Promise<void> =>
  store.command({ sql: alterTable(store, table, sql`DELETE WHERE ${are}`) })

const areOlder = ({ tenant, cluster, node, what, until }: OldState): Fragment =>
  sql`(tenant = ${str(tenant)} AND cluster = ${str(cluster)} AND node = ${str(node)} AND what = ${str(what)}
    AND since < fromUnixTimestamp64Nano(${bind('Int64', until)}, 'UTC'))`

/**
 * Kinds of states of which some began before the one that held at `before`; all kinds of a node that was gone by then.
 * Rows: OldState.
 */
function oldStates(before: number): Fragment {
  const limit = milliseconds(before)
  return statement(
    'old-node-states',
    sql`SELECT toString(tenant) AS tenant, toString(cluster) AS cluster, node, toString(what) AS what,
      toString(toUnixTimestamp64Nano(if(isGone, toDateTime64(${limit}, 9, 'UTC'), holding))) AS until
    FROM (
      SELECT tenant, cluster, node, what, min(since) AS first, maxIf(since, since < ${limit}) AS holding,
        max(max(since)) OVER by_node AS newest,
        newest < ${limit} AND max(if(what = 'gone', max(since), toDateTime64(0, 9, 'UTC'))) OVER by_node = newest AS isGone
      ${fromEveryTenant('node_states')} GROUP BY tenant, cluster, node, what
      WINDOW by_node AS (PARTITION BY tenant, cluster, node))
    WHERE first < ${limit} AND (isGone OR first < holding)
    ORDER BY tenant, cluster, node, what LIMIT ${uint(statesMax)}`,
  )
}

// Queries the store for the objects that it holds as living: the search of sources/vanished.ts.
import type { LogStore } from '#shared/clickhouse/store.ts'
import { sql, statement, str, strs, uint } from '#shared/clickhouse/sql.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'
import { versionOrderMax } from '../normalise/fact-version.ts'
import type { LastObject, LivingObjects } from '../sources/vanished.ts'

export interface LivingObjectsOptions {
  store: LogStore
  table: 'pods' | 'nodes'
  tenant: string
  cluster: string
}

export function createLivingObjects({ store, table, tenant, cluster }: LivingObjectsOptions): LivingObjects {
  const living = sql`${fromTable(tenant, table, { final: true })} AND cluster = ${str(cluster)} AND gone = 0`
  return {
    uids: async (position) => {
      const rows = await store.rows<{ uid: string }>({
        sql: statement(
          'living-uids',
          sql`SELECT uid ${living} AND bitAnd(version, ${uint(versionOrderMax)}) <= ${uint(position)}`,
        ),
      })
      return rows.map(({ uid }) => uid)
    },
    objects: (uids) =>
      store.rows<LastObject>({
        sql: statement(
          'living-objects',
          sql`SELECT object,
            if(isNull(status_at), '', replaceOne(toString(assumeNotNull(status_at)), ' ', 'T') || 'Z') AS reportedAt
          ${living} AND uid IN ${strs(uids)}`,
        ),
      }),
  }
}

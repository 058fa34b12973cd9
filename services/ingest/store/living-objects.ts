// What the store holds as living, for the watch: sources/vanished.ts.
import type { LogStore } from '#shared/clickhouse/store.ts'
import { raw, sql, str, strs, uint } from '#shared/clickhouse/sql.ts'
import { versionOrderMax } from '../normalise/fact-version.ts'
import type { LastObject, LivingObjects } from '../sources/vanished.ts'

export interface LivingObjectsOptions {
  store: LogStore
  table: 'pods' | 'nodes'
  tenant: string
  cluster: string
}

export function createLivingObjects({ store, table, tenant, cluster }: LivingObjectsOptions): LivingObjects {
  const living = sql`FROM ${raw(table)} FINAL WHERE tenant = ${str(tenant)} AND cluster = ${str(cluster)} AND gone = 0`
  return {
    uids: async (position) => {
      const rows = await store.rows<{ uid: string }>({
        sql: sql`SELECT uid ${living} AND bitAnd(version, ${uint(versionOrderMax)}) <= ${uint(position)}`,
      })
      return rows.map(({ uid }) => uid)
    },
    objects: (uids) =>
      store.rows<LastObject>({
        sql: sql`SELECT object, if(isNull(status_at), '', replaceOne(toString(assumeNotNull(status_at)), ' ', 'T') || 'Z') AS toldAt
          ${living} AND uid IN ${strs(uids)}`,
      }),
  }
}

// Names the table that has the rows: the table itself in one store, and `t_local` on each shard in a ClickHouse
// cluster. Statements about parts must choose between the two.
import { raw, sql, type Fragment } from './sql.ts'
import type { LogStore } from './store.ts'

type Place = Pick<LogStore, 'cluster'>

/** Returns the table with the parts, as system tables name it. */
export const localTable = ({ cluster }: Place, table: string): string =>
  cluster === undefined ? table : `${table}_local`

/** Returns a system table of this server, or that table of one replica of every shard. */
export const systemTable = ({ cluster }: Place, table: string): Fragment =>
  raw(cluster === undefined ? `system.${table}` : `cluster('${cluster}', system.${table})`)

/** Returns what makes a statement about a table run on every host, to be put behind the name of the table. */
export const onCluster = ({ cluster }: Place): string => (cluster === undefined ? '' : ` ON CLUSTER ${cluster}`)

/** Returns an ALTER of the table with the parts, on every host. */
export const alterTable = (place: Place, table: string, change: Fragment): Fragment =>
  sql`ALTER TABLE ${raw(localTable(place, table))}${raw(onCluster(place))} ${change}`

// Where the rows of a table are: in one store in the table itself, in a ClickHouse cluster in `t_local` on each shard.
// What acts on parts must say which of the two it means.
import { raw, sql, type Fragment } from './sql.ts'
import type { LogStore } from './store.ts'

type Place = Pick<LogStore, 'cluster'>

/** The table that has the parts, as system tables name it. */
export const localTable = ({ cluster }: Place, table: string): string => (cluster === undefined ? table : `${table}_local`)

/** A system table of this server, or those of one replica of every shard. */
export const systemTable = ({ cluster }: Place, table: string): Fragment =>
  raw(cluster === undefined ? `system.${table}` : `cluster(${cluster}, system.${table})`)

/** An ALTER of the table that has the parts, on every host. */
export const alterTable = (place: Place, table: string, change: Fragment): Fragment =>
  sql`ALTER TABLE ${raw(localTable(place, table))}${raw(place.cluster === undefined ? '' : ` ON CLUSTER ${place.cluster}`)} ${change}`

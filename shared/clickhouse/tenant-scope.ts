// The one way to read a table: `SELECT … ${fromTable(tenant, 'pods', { final: true })} AND uid IN …` asks the rows of one tenant, and what asks
// those of all says so by its name. A test looks for statements that read a table otherwise.
import { raw, sql, str, type Fragment } from './sql.ts'

/** Tables whose rows are a tenant's: every one of them has the column `tenant` first in its key, or as good as. */
export const tenantTables = [
  'dead_letter_replays',
  'dead_letters',
  'events',
  'kept_counts',
  'kernel_ooms',
  'lines_of_lives',
  'lives',
  'logs',
  'node_states',
  'nodes',
  'obituaries',
  'pod_aliases',
  'pod_change_feed',
  'pod_lookup',
  'pod_record_feed',
  'pod_records',
  'pod_watermarks',
  'pods',
] as const
export type TenantTable = (typeof tenantTables)[number]

export interface ReadOptions {
  /** One row of each key, the newest, whatever was merged by now. */
  final?: boolean
  /** The conditions are about columns of the key, and decide what is read of the others. */
  prewhere?: boolean
}

/** `FROM pods FINAL WHERE tenant = …`; further conditions follow with AND. */
export function fromTable(tenant: string, table: TenantTable, { final = false, prewhere = false }: ReadOptions = {}): Fragment {
  return sql`FROM ${raw(table)}${raw(final ? ' FINAL' : '')} ${raw(prewhere ? 'PREWHERE' : 'WHERE')} tenant = ${str(tenant)}`
}

/** `FROM logs WHERE 1` of all tenants: for the work on whole partitions, never for an answer. */
export function fromEveryTenant(table: TenantTable, { final = false }: Pick<ReadOptions, 'final'> = {}): Fragment {
  return raw(`FROM ${table}${final ? ' FINAL' : ''} WHERE 1`)
}

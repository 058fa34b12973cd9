// The only way to read a table: `SELECT … ${fromTable(tenant, 'pods', { final: true })} AND uid IN …` reads the rows of
// one tenant. A statement about all tenants uses fromEveryTenant. A test looks for statements that read a table
// otherwise.
import { raw, sql, str, type Fragment } from './sql.ts'

/** Tables with a column `tenant`, which is the first of their key, or nearly so. */
export const tenantTables = [
  'absorbed_lines',
  'absorbed_lines_copy',
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
  'pod_losses',
  'pod_record_feed',
  'pod_revisions',
  'pod_watermarks',
  'pods',
  'refused_lines',
] as const
export type TenantTable = (typeof tenantTables)[number]

export interface ReadOptions {
  /** Reads only the newest row of each key, merged or not. */
  final?: boolean
  /** Evaluates the conditions before other columns are read. For conditions on columns of the key. */
  prewhere?: boolean
}

/** Returns `FROM pods FINAL WHERE tenant = …`. Further conditions follow with AND. */
export function fromTable(
  tenant: string,
  table: TenantTable,
  { final = false, prewhere = false }: ReadOptions = {},
): Fragment {
  const clause = `${table}${final ? ' FINAL' : ''} ${prewhere ? 'PREWHERE' : 'WHERE'}`
  return sql`FROM ${raw(clause)} tenant = ${str(tenant)}`
}

/** Returns `FROM logs WHERE 1` over all tenants: for work on whole partitions, never for an answer. */
export function fromEveryTenant(table: TenantTable, { final = false }: Pick<ReadOptions, 'final'> = {}): Fragment {
  return raw(`FROM ${table}${final ? ' FINAL' : ''} WHERE 1`)
}

// Lines that came without a pod uid, a row for each container that said them: what resolvedLines of pod-sources.ts joins, apart. Few pods
// have such lines: they are looked for quickly, and whose they are only where there are any.
import { join, raw, sql, str, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { bareContainerId, namelessNamesOf } from './pod-sources.ts'
import type { LifeLinesRow } from '#shared/pod-model/rows.ts'

export type NamelessRow = Pick<
  LifeLinesRow,
  'cluster' | 'namespace' | 'pod' | 'container' | 'restart' | 'containerId' | 'node' | 'firstLine' | 'lastLine'
>

/** `newest`: at most so many, newest last line first. Rows: NamelessRow, some of one container more than once. */
export const namelessRows = (tenant: string, only: readonly Fragment[], newest?: number): Fragment =>
  sql`SELECT cluster, namespace, pod, container, restart, ${bareContainerId} AS containerId, node, first_line AS firstLine, last_line AS lastLine
  FROM life_lines WHERE ${join([sql`tenant = ${str(tenant)} AND pod_uid = ''`, ...only], ' AND ')}${newest === undefined ? raw('') : sql` ORDER BY last_line DESC LIMIT ${uint(newest)}`}`

/** By name, they may be of one of these pods. */
export const namedLike = (tenant: string, uids: readonly string[]): Fragment =>
  namelessNamesOf(tenant, sql`SELECT arrayJoin(${strs(uids)}) AS uid`)

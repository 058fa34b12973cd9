// What only answers about single pods ask for: states of their nodes around their ends, and the kernel's words of OOM kills. Both are found
// by short ranges of a key, and for many pods at once where their obituaries are written.
import { instant, raw, sql, statement, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'
import type { NodeEvidence } from '#shared/lifecycle/evidence.ts'
import { oomWithin } from '#shared/pod-model/rows.ts'

/** Minutes after a pod's end within which its node's states have to do with that end. */
export const nodeMinutesAfter = 10

export interface NodeStateRow extends NodeEvidence {
  cluster: string
  node: string
}

/** A node changes its state some times an hour at most: these are days of it. */
const statesMax = 2000

/** The newest states of each node that became true up to `until`, or up to now, newest first; also of nodes of these names in other of the clusters. Rows: NodeStateRow. */
export function nodeStates(tenant: string, nodes: readonly { cluster: string; node: string }[], until: string | null): Fragment {
  const unique = (values: readonly string[]) => strs([...new Set(values)])
  const before =
    until === null ? raw('') : sql` AND node_states.since <= ${instant(until)} + INTERVAL ${uint(nodeMinutesAfter)} MINUTE`
  return statement(
    'node-states',
    sql`SELECT cluster, node, what, status, node_states.since AS since, reason, message
  ${fromTable(tenant, 'node_states', { final: true })} AND cluster IN ${unique(nodes.map(({ cluster }) => cluster))} AND node IN ${unique(nodes.map(({ node }) => node))}${before}
  ORDER BY node_states.since DESC LIMIT ${uint(statesMax)} BY cluster, node`,
  )
}

export interface KernelLineRow {
  time: string
  message: string
}

/** Lines that an answer is given at most: where there are as many, there may be more. */
export const kernelLinesMax = 10_000

/** What the kernel said of OOM kills around ends of containers between these. Rows: KernelLineRow, oldest first. */
export function kernelOomLines(tenant: string, { first, last }: { first: string; last: string }): Fragment {
  return statement(
    'kernel-oom-lines',
    sql`SELECT ts AS time, toValidUTF8(message) AS message
  ${fromTable(tenant, 'kernel_ooms')} AND ts >= ${instant(first)} - INTERVAL ${uint(oomWithin.beforeS)} SECOND AND ts < ${instant(last)} + INTERVAL ${uint(oomWithin.afterS)} SECOND
  ORDER BY ts, identity LIMIT 1 BY ts, identity LIMIT ${uint(kernelLinesMax)}`,
  )
}

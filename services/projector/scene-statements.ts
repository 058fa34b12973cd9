// Pure: statements about what happened around the ends of pods: states of their nodes, and OOM kills that kernels
// reported. Both read short ranges of a key, for many pods at once.
import { instant, raw, sql, statement, str, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'
import type { NodeEvidence } from '#shared/lifecycle/evidence.ts'
import { nanoseconds } from '#shared/lines/line-filter.ts'
import { killedWithinS } from '#shared/lifecycle/kernel-oom.ts'
import { oomWithin } from '#shared/pod-model/rows.ts'

/** States of a node up to so many minutes after the end of a pod are evidence for that end. */
export const nodeMinutesAfter = 10

export interface NodeStateRow extends NodeEvidence {
  cluster: string
  node: string
}

/** States of one node that are read at most: a node changes its state a few times an hour, so these are days. */
const statesMax = 2000

/**
 * The newest states of each node, newest first: those that began up to `nodeMinutesAfter` after `until`, or up to now.
 * Nodes of one name in several of the clusters all have rows. Rows: NodeStateRow.
 */
export function nodeStates(
  tenant: string,
  nodes: readonly { cluster: string; node: string }[],
  until: string | null,
): Fragment {
  const unique = (values: readonly string[]) => strs([...new Set(values)])
  const before =
    until === null
      ? raw('')
      : sql` AND node_states.since <= ${instant(until)} + INTERVAL ${uint(nodeMinutesAfter)} MINUTE`
  return statement(
    'node-states',
    sql`SELECT cluster, node, what, status, node_states.since AS since, reason, message
  ${fromTable(tenant, 'node_states', { final: true })} AND cluster IN ${unique(nodes.map(({ cluster }) => cluster))}
  AND node IN ${unique(nodes.map(({ node }) => node))}${before}
  ORDER BY node_states.since DESC LIMIT ${uint(statesMax)} BY cluster, node`,
  )
}

export interface KernelLineRow {
  time: string
  message: string
}

/** Lines that are read at most: where there are as many, there may be more. */
export const kernelLinesMax = 10_000

/**
 * Lines of kernels about OOM kills around ends of containers between `first` and `last`. Rows: KernelLineRow, oldest
 * first.
 */
export function kernelOomLines(tenant: string, { first, last }: { first: string; last: string }): Fragment {
  return statement(
    'kernel-oom-lines',
    sql`SELECT ts AS time, toValidUTF8(message) AS message
  ${fromTable(tenant, 'kernel_ooms')} AND ts >= ${instant(first)} - INTERVAL ${uint(oomWithin.beforeS)} SECOND
  AND ts < ${instant(last)} + INTERVAL ${uint(oomWithin.afterS + killedWithinS)} SECOND
  ORDER BY ts, identity LIMIT 1 BY ts, identity LIMIT ${uint(kernelLinesMax)}`,
  )
}

/** Lines of kernels within a second of a time that name a process. Rows: KernelLineRow. */
export function kernelLinesOf(tenant: string, pid: string, ns: bigint): Fragment {
  const withinNs = BigInt(killedWithinS) * 1_000_000_000n
  return statement(
    'kernel-lines-of-process',
    sql`SELECT ts AS time, toValidUTF8(message) AS message
  ${fromTable(tenant, 'kernel_ooms')} AND ts >= ${nanoseconds(ns - withinNs)} AND ts <= ${nanoseconds(ns + withinNs)}
  AND position(message, ${str(`,pid=${pid},`)}) > 0
  ORDER BY ts, identity LIMIT 1 BY ts, identity LIMIT ${uint(kernelLinesMax)}`,
  )
}

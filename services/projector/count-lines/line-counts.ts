// What a statement that counts lines needs. A line is a distinct (ts, identity), so that a line sent twice counts once
// (decision 0001).
import { sql, strs, type Fragment } from '#shared/clickhouse/sql.ts'
import type { LineLife } from '#shared/pod-model/rows.ts'
import type { SpanKey } from './line-life.ts'

/** Bounds of the lines of some pods: names, uids and times from the rows of lines_of_lives of those pods. */
export interface LineBounds {
  namespaces: readonly string[]
  pods: readonly string[]
  /** Uids that the lines were sent with; '' is among them where some lines were sent without one. */
  uids: readonly string[]
  first: string
  last: string
}

/** A condition on rows of `logs` or `kept_counts`. */
export const ofPods = ({ namespaces, pods, uids }: LineBounds): Fragment =>
  sql`namespace IN ${strs(namespaces)} AND pod IN ${strs(pods)} AND pod_uid IN ${strs(uids)}`

/** The life of a row, without what else the row has. */
export const lifeOf = ({ uid, cluster, namespace, pod, container, restart, containerId }: LineLife): LineLife => ({
  uid,
  cluster,
  namespace,
  pod,
  container,
  restart,
  containerId,
})

export interface CountOptions {
  /** Begins of spans in epoch ns, ascending, for lines whose life neither a restart number nor a container id names. */
  spans: ReadonlyMap<SpanKey, readonly bigint[]>
  /** Whether bytes and errors are counted too, which needs the messages to be read. */
  sizes: boolean
}

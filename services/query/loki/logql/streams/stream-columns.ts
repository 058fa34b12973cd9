// What lines are grouped by to have the labels of their streams: of labels, series, stats and volume.
import { raw } from '#shared/clickhouse/sql.ts'
import { emptyRow, type StreamRow } from './stream-row.ts'
import type { PodFacts } from './pod-facts.ts'
import { streamLabels } from './stream-labels.ts'
import { labelsOf } from '../pipeline/line-labels.ts'

/** A row of a statement that selects and groups by `streamColumns`. */
export type StreamGroup = Pick<
  StreamRow,
  'cluster' | 'namespace' | 'pod' | 'podUid' | 'container' | 'node' | 'unit' | 'stream' | 'labels'
>

/** Behind SELECT, with the names of a StreamGroup; behind GROUP BY stand `streamGroup`. */
export const streamColumns = raw(
  `toString(logs.cluster) AS cluster, toString(logs.namespace) AS namespace, toString(logs.pod) AS pod,
    toString(logs.pod_uid) AS podUid, toString(logs.container) AS container, toString(logs.node) AS node,
    toString(logs.unit) AS unit, toString(logs.stream) AS stream, logs.labels AS labels`,
)
export const streamGroup = raw('cluster, namespace, pod, podUid, container, node, unit, stream, labels')

/** `facts` of the pods of the rows: streams/read-pod-facts.ts. */
export const streamLabelsOf = (row: StreamGroup, facts: PodFacts): Record<string, string> =>
  labelsOf(streamLabels({ ...emptyRow, ...row }, facts))

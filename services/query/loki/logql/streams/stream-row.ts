// What of a line makes its labels: columns of `logs`, of a line or of a group of lines.
import type { Line } from '#shared/lines/row-decoder.ts'

export type StreamRow = Pick<
  Line,
  | 'cluster'
  | 'namespace'
  | 'pod'
  | 'podUid'
  | 'container'
  | 'restart'
  | 'containerId'
  | 'node'
  | 'unit'
  | 'stream'
  | 'severity'
  | 'traceId'
  | 'spanId'
  | 'labels'
  | 'attributes'
>

/** Of a group that does not tell the others. */
export const emptyRow: StreamRow = {
  cluster: '',
  namespace: '',
  pod: '',
  podUid: '',
  container: '',
  restart: -1,
  containerId: '',
  node: '',
  unit: '',
  stream: '',
  severity: '',
  traceId: '',
  spanId: '',
  labels: {},
  attributes: {},
}

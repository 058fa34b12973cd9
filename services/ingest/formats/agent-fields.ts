// The names that agents give to what a line of Afterlog has: namespace, pod, uid, container, node, labels and the rest,
// in one table. Nested fields are named by their path, with dots. A name with a capital letter is looked up as it is.

export const lineFields = [
  'time',
  'message',
  'cri',
  'namespace',
  'pod',
  'podUid',
  'container',
  'containerId',
  'restart',
  'node',
  'cluster',
  'unit',
  'stream',
  'logtag',
  'path',
  'offset',
  'length',
  'file',
  'device',
  'ordinal',
  'traceId',
  'spanId',
  'severity',
  'host',
  'service',
  'dropped',
] as const

/**
 * A field of a line; and four that only help: `logtag` is the CRI tag, `host` and `service` name node and unit of a
 * line that has no pod, `device` is the one of an inode. `dropped` says nothing that another field does not say.
 */
export type LineField = (typeof lineFields)[number]

/** Inodes are numbers of their device. */
export const inodeName = 'log.file.inode'

/** Docker says `true` where others have the tag P. */
export const dockerPartial = 'partial_message'

/** The names of each field, the best one first: it counts where a record has several. */
const names: Readonly<Record<LineField, readonly string[]>> = {
  time: ['time', '@timestamp', 'timestamp', 'date', '_time', 'ts', 'timereported', '__REALTIME_TIMESTAMP'],
  message: ['log', 'message', 'MESSAGE', 'msg', 'short_message', 'body', 'event.original'],
  cri: ['cri'],
  namespace: [
    'k8s.namespace.name',
    'kubernetes.namespace_name',
    'kubernetes.pod_namespace',
    'kubernetes.namespace',
    'k8s_namespace_name',
    'kubernetes_namespace_name',
    'kubernetes_namespace',
    'namespace_name',
    'pod_namespace',
    'namespace',
  ],
  pod: [
    'k8s.pod.name',
    'kubernetes.pod_name',
    'kubernetes.pod.name',
    'k8s_pod_name',
    'kubernetes_pod_name',
    'pod_name',
    'podname',
    'pod',
  ],
  podUid: [
    'k8s.pod.uid',
    'kubernetes.pod_id',
    'kubernetes.pod_uid',
    'kubernetes.pod.uid',
    'k8s_pod_uid',
    'kubernetes_pod_uid',
    'kubernetes_pod_id',
    'pod_uid',
    'pod_id',
    'podUid',
  ],
  container: [
    'k8s.container.name',
    'kubernetes.container_name',
    'kubernetes.container.name',
    'k8s_container_name',
    'kubernetes_container_name',
    'container_name',
    'container',
    'container.name',
  ],
  containerId: [
    'container.id',
    'kubernetes.container_id',
    'kubernetes.docker_id',
    'kubernetes.container.id',
    'docker.container_id',
    'container_id',
    'docker_id',
    'containerId',
    'CONTAINER_ID_FULL',
  ],
  restart: ['k8s.container.restart_count', 'kubernetes.container.restart_count', 'restart_count', 'restart'],
  node: [
    'k8s.node.name',
    'kubernetes.host',
    'kubernetes.node.name',
    'kubernetes.pod_node_name',
    'kubernetes.node_name',
    'k8s_node_name',
    'kubernetes_host',
    'node_name',
    'nodename',
    'node',
  ],
  cluster: ['k8s.cluster.name', 'orchestrator.cluster.name', 'kubernetes.cluster_name', 'cluster_name', 'cluster'],
  unit: ['_SYSTEMD_UNIT', 'systemd.unit', 'systemd_unit', '__journal__systemd_unit', 'unit'],
  stream: ['log.iostream', 'stream'],
  logtag: ['logtag', '_p', dockerPartial],
  path: ['log.file.path', 'path', 'file_path', 'filename', 'file', 'metadata.filename'],
  offset: ['log.file.record_offset', 'log.offset', 'offset', 'metadata.fileoffset'],
  length: ['length'],
  file: ['log.file.fingerprint', inodeName],
  device: ['log.file.device_id'],
  ordinal: ['__SEQNUM'],
  traceId: ['trace_id', 'trace.id', 'traceId', 'traceid', 'TraceId'],
  spanId: ['span_id', 'span.id', 'spanId', 'spanid', 'SpanId'],
  severity: [
    'severity',
    'severity_text',
    'level',
    'log.level',
    'detected_level',
    'loglevel',
    'syslogseverity-text',
    'syslogseverity',
    'PRIORITY',
  ],
  host: ['host.name', 'host', 'hostname', '_HOSTNAME', 'HOSTNAME', 'agent.hostname'],
  service: [
    'service.name',
    'SYSLOG_IDENTIFIER',
    'syslog.appname',
    'appname',
    'app-name',
    'programname',
    'service_name',
    'service',
    'job',
    'tag',
  ],
  dropped: ['log.file.name'],
}

/** Names of a time, and of a file's path. */
export const timeNames = names.time
export const fileNames = names.path

/** Names without dots by which an agent's own configuration says whose lines it sends. */
export const bareNames: Readonly<Partial<Record<LineField, readonly string[]>>> = {
  pod: ['pod', 'pod_name', 'podname'],
  unit: ['unit'],
}

export interface NamedField {
  field: LineField
  /** The smaller counts where a record has several names of a field. */
  rank: number
}

/** By name. */
export const fieldsByName: ReadonlyMap<string, NamedField> = new Map(
  lineFields.flatMap((field) => names[field].map((name, rank) => [name, { field, rank }] as const)),
)

/** What stands in front of the names of a pod's labels. */
export const labelPrefixes = [
  'k8s.pod.label.',
  'k8s.pod.labels.',
  'kubernetes.labels.',
  'kubernetes.pod_labels.',
  'kubernetes.pod.labels.',
] as const

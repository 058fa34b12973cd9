// The labels of a stream, and the structured metadata of a line: docs/decisions/0021-logql.md. What the agent sent as a
// label stands before what is made of names, and both before what Kubernetes knows of the pod.
import { errorLabels, labelName } from '../pipeline/line-labels.ts'
import type { PodFacts } from './pod-facts.ts'
import type { StreamRow } from './stream-row.ts'
import { workloadName } from './workload-name.ts'

/** Labels that are columns. */
export const columnLabels = ['cluster', 'namespace', 'pod', 'container', 'node', 'stream', 'unit'] as const
export type ColumnLabel = (typeof columnLabels)[number]
export const isColumnLabel = (name: string): name is ColumnLabel => columnLabels.some((one) => one === name)

/** Labels of the agent that name the service, the first one that is there. */
export const serviceKeys = ['service.name', 'service', 'app', 'app.kubernetes.io/name', 'k8s-app', 'application']

/** Labels that are never taken from the pod, so that a selector of them needs the line alone. */
const isOfLine = (name: string): boolean => isColumnLabel(name) || name === 'job' || name === 'service_name'

const metadataColumns = ['detected_level', 'pod_uid', 'restart', 'container_id', 'trace_id', 'span_id']
/** Whether structured metadata of this name is a column. */
export const isMetadataColumn = (name: string): boolean => metadataColumns.includes(name)

export function streamLabels(row: StreamRow, facts: PodFacts): Map<string, string> {
  const labels = new Map<string, string>()
  for (const name of columnLabels) if (row[name] !== '') labels.set(name, row[name])
  addAll(labels, row.labels)
  addAll(labels, { job: jobOf(row), service_name: serviceOf(row) })
  const ofPod = row.podUid === '' ? undefined : facts.get(row.podUid)
  if (ofPod !== undefined)
    for (const [name, value] of ofPod) if (!labels.has(name) && !isOfLine(name)) labels.set(name, value)
  return labels
}

function addAll(labels: Map<string, string>, more: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(more)) {
    const name = labelName(key)
    if (value !== '' && name !== '' && !errorLabels.has(name) && !labels.has(name)) labels.set(name, value)
  }
}

const jobOf = ({ namespace, container, unit }: StreamRow): string =>
  namespace !== '' && container !== '' ? `${namespace}/${container}` : unit

function serviceOf({ labels, pod, container, unit }: StreamRow): string {
  for (const key of serviceKeys) if ((labels[key] ?? '') !== '') return labels[key]!
  for (const name of [workloadName(pod), container, unit]) if (name !== '') return name
  return 'unknown_service'
}

export function structuredMetadata(row: StreamRow): Map<string, string> {
  const metadata = new Map<string, string>()
  addAll(metadata, {
    detected_level: row.severity === '' ? 'unknown' : row.severity,
    pod_uid: row.podUid,
    restart: row.restart < 0 ? '' : String(row.restart),
    container_id: row.containerId,
    trace_id: row.traceId,
    span_id: row.spanId,
  })
  addAll(metadata, row.attributes)
  return metadata
}

// Tags of Fluent Bit and Fluentd. Their tail inputs make a tag of a file's path, with dots for slashes, so that the tag
// names the pod where nothing else does: `kube.var.log.containers.<pod>_<namespace>_<container>-<id>.log`.
// https://docs.fluentbit.io/manual/data-pipeline/filters/kubernetes#workflow-of-tail-and-kubernetes-filter
import { parseLogPath } from '#shared/kubelet-path.ts'
import type { AgentRecord } from './agent-record.ts'

/** What a tag says: the path of a file, or a name. */
export interface Tag {
  path: string | undefined
  name: string
}

export function parseTag(name: string): Tag {
  const container = /(?:^|\.)var\.log\.containers\.([^_]+_[^_]+_[^_]+\.log)$/.exec(name)
  if (container !== null) return { path: `/var/log/containers/${container[1]}`, name }
  // Of a path's parts only the pod has dots, and names have no underscores.
  const pod = /(?:^|\.)var\.log\.pods\.([^_]+_[^_]+_[^_.]+)\.([^_.]+)\.(\d+\.log)$/.exec(name)
  return { path: pod === null ? undefined : `/var/log/pods/${pod[1]}/${pod[2]}/${pod[3]}`, name }
}

/** Adds what a tag says to a record that has all of its own fields. */
export function addTag(record: AgentRecord, { path, name }: Tag): void {
  if (path !== undefined) record.addPath(path)
  else if (name !== '' && !record.has('path')) record.add('tag', name)
}

/** Whether a key on Kafka is the path of a container's file, which says whose line a record is. */
export const isFileKey = (key: string): boolean => parseLogPath(key) !== undefined

/** Adds what the key says to a record that has all of its own fields. */
export function addKey(record: AgentRecord, key: string): void {
  if (isFileKey(key)) record.addPath(key)
  else if (!record.has('path') && !record.has('pod')) record.add('path', key)
}

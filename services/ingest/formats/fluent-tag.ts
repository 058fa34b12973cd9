// Tags of Fluent Bit and Fluentd. Their tail inputs make a tag of a file's path, with dots for slashes, so that the tag
// names the pod where nothing else does: `kube.var.log.containers.<pod>_<namespace>_<container>-<id>.log`.
// https://docs.fluentbit.io/manual/data-pipeline/filters/kubernetes#workflow-of-tail-and-kubernetes-filter
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

/** Adds what a tag says to a record that has all of its own fields, and not what is better known from a path. */
export function addTag(record: AgentRecord, { path, name }: Tag): void {
  if (record.has('path')) return
  if (path === undefined) return name === '' ? undefined : record.add('tag', name)
  if (record.has('pod')) record.isOfFile = true
  else record.add('path', path)
}

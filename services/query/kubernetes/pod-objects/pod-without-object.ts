// A Pod for one that only lines or Events told of, or whose object was not read. Its containers are filled in as everywhere.
import { wholeSecond, type KubernetesObject } from '../api/api-object.ts'
import type { PodObjectSources, ToldPod } from './pod-status.ts'

export function madeUpPod({
  name,
  rendered,
  row,
  labels,
}: Omit<PodObjectSources, 'told' | 'counted' | 'cause'>): KubernetesObject {
  const { pod } = rendered
  const born = row?.createdAt ?? pod.firstSeen
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: pod.namespace,
      uid: pod.uid,
      creationTimestamp: born === null ? null : wholeSecond(born),
      ...(Object.keys(labels).length === 0 ? {} : { labels }),
    },
    spec: pod.node === '' ? {} : { nodeName: pod.node },
    status: {
      phase: row?.phase || phaseOf(rendered),
      ...(row === null || row.ip === '' ? {} : { podIP: row.ip }),
    },
  }
}

function phaseOf({ pod, verdict }: ToldPod): string {
  if (pod.outcome === 'unknown') return 'Unknown'
  if (!verdict.over) return 'Running'
  return pod.outcome === 'completed' ? 'Succeeded' : 'Failed'
}

// Pure: a Pod for a pod whose object was not reported, or is not needed. known-containers.ts adds the containers.
import { wholeSecond, type KubernetesObject } from '../api/api-object.ts'
import type { PodObjectSources, RenderedPod } from './pod-status.ts'

export function podWithoutObject({
  name,
  rendered,
  row,
  labels,
}: Omit<PodObjectSources, 'reported' | 'hasLineCounts' | 'cause'>): KubernetesObject {
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

function phaseOf({ pod, verdict }: RenderedPod): string {
  if (pod.outcome === 'unknown') return 'Unknown'
  if (!verdict.over) return 'Running'
  return pod.outcome === 'completed' ? 'Succeeded' : 'Failed'
}

// Types: what a Pod object is made from, and the parts of its status that this folder reads.
import type { PodJson } from '#shared/pod-model/pod.ts'
import type { LifeRecord } from '#shared/pod-model/record.ts'
import type { KubernetesObject } from '../api/api-object.ts'
import type { PodRow } from '#shared/pod-model/rows.ts'

/** The parts of a record that the object and the row of a pod need. */
export interface RenderedPod {
  pod: PodJson
  lives: readonly LifeRecord[]
  verdict: { over: boolean }
}

export interface PodObjectSources {
  /** The name that the request gave, or that the pod has in the list. */
  name: string
  rendered: RenderedPod
  /** The cause in one sentence, as GET /v1/pods/{uid} has it; '' where the answer does not need it. */
  cause: string
  /** Columns of the Pod that Kubernetes reported last; null where it reported none. */
  row: Pick<PodRow, 'createdAt' | 'phase' | 'ip'> | null
  /** The object that Kubernetes reported last; undefined where it reported none, or the answer needs only metadata. */
  reported: KubernetesObject | undefined
  labels: Record<string, string>
  /** Whether lines are counted: a seal needs the counts. */
  hasLineCounts: boolean
}

export interface PodStatus {
  phase?: string
  reason?: string
  message?: string
  conditions?: object[]
  containerStatuses?: ContainerStatus[]
  initContainerStatuses?: ContainerStatus[]
  ephemeralContainerStatuses?: ContainerStatus[]
  [field: string]: unknown
}

export interface ContainerStatus {
  name: string
  state?: Record<string, unknown>
  [field: string]: unknown
}

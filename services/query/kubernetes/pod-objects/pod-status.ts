// What a Pod object is made from, and the parts of it that are read here.
import type { PodJson } from '#shared/pod-model/pod.ts'
import type { LifeRecord } from '#shared/pod-model/record.ts'
import type { KubernetesObject } from '../api/api-object.ts'
import type { PodRow } from '#shared/pod-model/rows.ts'

/** As much of a pod as its object and its row in a table rest on. */
export interface ToldPod {
  pod: PodJson
  lives: readonly LifeRecord[]
  verdict: { over: boolean }
}

export interface PodObjectSources {
  /** The name that it was asked by, or has in the list. */
  name: string
  rendered: ToldPod
  /** Why it ended, in one sentence, as GET /v1/pods/{uid} says it; '' where that was not read. */
  cause: string
  /** What Kubernetes told, in short. */
  row: Pick<PodRow, 'createdAt' | 'phase' | 'ip'> | null
  /** As Kubernetes last told it; undefined where it did not, or where only metadata is wanted. */
  told: KubernetesObject | undefined
  labels: Record<string, string>
  /** Whether lines were counted, which a seal rests on. */
  counted: boolean
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

// The document of a dead pod whose facts are deleted: the obituary, with what else the page of the pod shows.
import type { PodDetailJson } from '#shared/pod-model/pod-detail.ts'
import type { Obituary } from './obituary.ts'

export interface FrozenDocument extends Obituary {
  detail?: Pick<PodDetailJson, 'evidence' | 'events'>
}

// What outcomes are read from: facts of a Pod object, of its container instances and of its Events, as ingest stores them and as
// query reads them back. Times are RFC 3339 UTC with 9 digits, so that they compare as strings; null is "nobody said".

import type { KernelOom } from './kernel-oom.ts'

export const outcomes = ['running', 'completed', 'crashed', 'oomkilled', 'evicted', 'node-lost', 'deleted', 'unknown'] as const
/** How a pod or life ended; `running` has not ended. */
export type Outcome = (typeof outcomes)[number]

export interface PodEvidence {
  phase: string
  /** status.reason and status.message. */
  reason: string
  message: string
  /** Reason and message of a true DisruptionTarget condition, '' without one. */
  disruption: string
  disruptionMessage: string
  /** Since when that condition is true; null where there is none, or where that was not told. */
  disruptionAt: string | null
  /** Reasons of waiting containers by container name: CrashLoopBackOff, ImagePullBackOff, … */
  waiting: Readonly<Record<string, string>>
  /** The earliest time at which deletion is known to have been asked for; null if it was not, or not told. */
  deletedAt: string | null
  /** The API server said that the object is gone. */
  gone: boolean
  startedAt: string | null
  /** Since when the object says that the pod is Ready; null where it is not, or where that was not told. */
  readyAt: string | null
  /** The newest time that the object tells of. */
  statusAt: string | null
}

/** What the kernel said of an OOM kill in one container instance. */
export interface OomLine extends KernelOom {
  time: string
  text: string
}

/** One state of the pod's node. */
export interface NodeEvidence {
  /** Type of a condition (Ready, MemoryPressure, …), `taint:<key>`, or `gone`. */
  what: string
  /** Of a condition True, False or Unknown; of a taint its effect. */
  status: string
  since: string
  reason: string
  message: string
}

export type ContainerKind = 'container' | 'init' | 'sidecar' | 'ephemeral'

export interface LifeEvidence {
  container: string
  /** '' where only lines told of it. */
  kind: ContainerKind | ''
  /** null where no one told the number. */
  restart: number | null
  /** '' where only lines told of it. */
  state: 'running' | 'terminated' | ''
  reason: string
  message: string
  exitCode: number | null
  /** As the runtime told it; most tell only the exit code. */
  signal?: number | null
  startedAt: string | null
  finishedAt: string | null
  /** A kernel's line of an OOM kill in it, shortly before it ended. */
  oom?: OomLine
  /** An Event of an OOM kill shortly before it ended by SIGKILL. */
  oomEvent?: EventEvidence
}

export interface EventEvidence {
  reason: string
  message: string
  /** When it was last seen. */
  time: string
  /** Container that it is about, '' for the whole pod. */
  container: string
  /** That one is not of `spec.containers`: an init container, a sidecar or a debug container. */
  beside: boolean
  /** Who wrote it, '' where its agent dropped that. */
  component: string
}

export interface Verdict {
  outcome: Outcome
  reason: string
  message: string
  exitCode: number | null
  /** null while running, and where nobody told. */
  diedAt: string | null
  /** When the pod's end began (deletion asked for, eviction told), which is before its containers finished; null if not told. */
  endAt: string | null
  /** Since when the kubelet's condition says so, beside the status.reason that it rests on. */
  conditionAt?: string | null
  /** The container instance whose end it is, or that ended last with the pod; null where none did. */
  life: LifeEvidence | null
  /** The whole pod is over: no container of it runs or will run again. */
  over: boolean
}

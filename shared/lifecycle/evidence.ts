// The input of the outcome rules: facts of a Pod object, of its container instances and of its Events, as ingest stores
// them. Times are RFC 3339 UTC with 9 digits, so that they compare as strings; null means that no fact states the time.

import type { KernelOom, KilledProcess } from './kernel-oom.ts'

export const outcomes = [
  'running',
  'completed',
  'crashed',
  'oomkilled',
  'evicted',
  'node-lost',
  'deleted',
  'unknown',
] as const
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
  /** Since when that condition is true; null without one, or where the time is not known. */
  disruptionAt: string | null
  /** Reasons of waiting containers by container name: CrashLoopBackOff, ImagePullBackOff, … */
  waiting: Readonly<Record<string, string>>
  /** The earliest time at which deletion is known to have been requested; null without a request, or a known time. */
  deletedAt: string | null
  /** Whether the API server reported that the object is gone. */
  gone: boolean
  startedAt: string | null
  /** Since when the object says that the pod is Ready; null where it is not, or where the time is not known. */
  readyAt: string | null
  /** The newest time in the object. */
  statusAt: string | null
}

/** The kernel's line about an OOM kill in one container instance. */
export interface OomLine extends KernelOom {
  time: string
  text: string
  /** What the line behind it says of the process. */
  killed?: KilledProcess & { time: string }
}

/** One state of the pod's node. */
export interface NodeEvidence {
  /** Type of a condition (Ready, MemoryPressure, …), `taint:<key>`, or `gone`. */
  what: string
  /** True, False or Unknown of a condition; the effect of a taint. */
  status: string
  since: string
  reason: string
  message: string
}

export type ContainerKind = 'container' | 'init' | 'sidecar' | 'ephemeral'

export interface LifeEvidence {
  container: string
  /** '' where only lines name the container. */
  kind: ContainerKind | ''
  /** null where the number is not known. */
  restart: number | null
  /** '' where only lines name the container. */
  state: 'running' | 'terminated' | ''
  reason: string
  message: string
  exitCode: number | null
  /** The signal, where the runtime reports one; most report only the exit code. */
  signal?: number | null
  startedAt: string | null
  finishedAt: string | null
  /** The kernel's line of an OOM kill in this instance, shortly before it ended. */
  oom?: OomLine
  /** An Event of an OOM kill shortly before it ended by SIGKILL. */
  oomEvent?: EventEvidence
}

export interface EventEvidence {
  reason: string
  message: string
  /** The last time of the Event. */
  time: string
  /** The container that it is about, or '' for the whole pod. */
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
  /** null while the pod runs, and where the time is not known. */
  diedAt: string | null
  /**
   * When the pod's end began (deletion requested, eviction reported), before its containers finished; null where not
   * known.
   */
  endAt: string | null
  /** Since when the kubelet's condition says so, beside the status.reason that it rests on. */
  conditionAt?: string | null
  /** The container instance whose end it is, or that ended last with the pod; null where none did. */
  life: LifeEvidence | null
  /** Whether the whole pod is over: no container of it runs or will run again. */
  over: boolean
}

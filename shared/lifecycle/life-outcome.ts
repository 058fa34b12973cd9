// Pure: how one container instance ended. `lifeOutcome` knows only what its own status said; `lifeOutcomeOf` also knows
// how the pod ended and whether the container was started again: a SIGTERM that came with a deletion is no crash.
import { secondsBetween } from './clock.ts'
import type { LifeEvidence, Outcome, Verdict } from './evidence.ts'
import { madeUpBy } from './made-up.ts'

/** Decides from the instance's status and the kernel's line: running, completed, crashed, oomkilled, or unknown. */
export function lifeOutcome({
  state,
  reason,
  exitCode,
  oom,
  oomEvent,
}: Pick<LifeEvidence, 'state' | 'reason' | 'exitCode' | 'oom' | 'oomEvent'>): Outcome {
  if (state === 'running') return 'running'
  if (state !== 'terminated') return 'unknown'
  // A container that ends well although a process of it was killed has coped.
  if (reason === 'OOMKilled' || oomEvent !== undefined || (oom !== undefined && exitCode !== 0)) return 'oomkilled'
  if (exitCode === null || madeUpBy({ reason, exitCode }) !== undefined) return 'unknown'
  return exitCode === 0 ? 'completed' : 'crashed'
}

/** `newest` says that no later instance of its container is known. */
export function lifeOutcomeOf(life: LifeEvidence, pod: Verdict, newest: boolean): Outcome {
  const alone = lifeOutcome(life)
  if (!newest) return alone === 'running' ? 'unknown' : alone
  if (alone !== 'oomkilled' && alone !== 'completed' && stoppedWithWork(life, pod)) return pod.outcome
  const podEnd =
    pod.outcome === 'deleted' || pod.outcome === 'evicted' || pod.outcome === 'node-lost' ? pod.outcome : undefined
  switch (alone) {
    case 'running':
      return pod.over ? (podEnd ?? 'unknown') : 'running'
    case 'unknown':
      return podEnd !== undefined && life.kind !== 'init' ? podEnd : 'unknown'
    case 'completed':
    case 'crashed':
      return podEnd !== undefined && endedBy(life, alone, pod) ? podEnd : alone
    case 'oomkilled':
    case 'evicted':
    case 'node-lost':
    case 'deleted':
      return alone
  }
}

// The kubelet stops sidecars and debug containers once the work is done, by SIGTERM and SIGKILL: how they take it is no
// matter.
function stoppedWithWork(life: LifeEvidence, { outcome, over, life: work, diedAt }: Verdict): boolean {
  // The phase follows once all containers have ended (getPhase in pkg/kubelet/kubelet_pods.go).
  const done = over || (outcome === 'completed' && diedAt !== null && life.state === 'terminated')
  if (!done || life === work || (life.kind !== 'sidecar' && life.kind !== 'ephemeral')) return false
  const workEnded = work?.finishedAt ?? diedAt
  return life.finishedAt === null || workEnded === null || notBefore(life.finishedAt, workEnded)
}

function endedBy(
  life: LifeEvidence,
  alone: Outcome,
  { outcome, endAt, conditionAt = null, life: last }: Verdict,
): boolean {
  const since = conditionAt !== null && (endAt === null || conditionAt < endAt) ? conditionAt : endAt
  if (since !== null && life.finishedAt !== null) return notBefore(life.finishedAt, since)
  if (life.kind === 'init') return false
  // Kubelets before 1.26 tell only that they ended the pod, not when they began to: what ended with its last container.
  if (life === last) return alone === 'crashed' || outcome !== 'deleted'
  if (life.finishedAt === null || !last?.finishedAt) return alone === 'crashed'
  const early = secondsBetween(life.finishedAt, last.finishedAt) > graceSMax
  return !early && (alone === 'crashed' || outcome !== 'deleted')
}

/** Seconds within which containers end that are stopped together, where nobody tells of a longer grace period. */
const graceSMax = 60

/** Kubernetes tells whole seconds: within one second nothing says what came first, and it counts as after. */
export function notBefore(time: string, than: string): boolean {
  return time.slice(0, 19) >= than.slice(0, 19)
}

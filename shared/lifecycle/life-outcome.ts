// Pure: how one container instance ended. `lifeOutcome` knows only the instance's own status. `lifeOutcomeOf` also
// knows how the pod ended and whether the container was restarted: a SIGTERM of a deletion is not a crash.
import type { LifeEvidence, Outcome, Verdict } from './evidence.ts'
import { madeUpBy } from './made-up.ts'

/** Decides from the instance's status and the kernel's line: running, completed, crashed, oomkilled, or unknown. */
export function lifeOutcome({
  state,
  reason,
  exitCode,
  oom,
}: Pick<LifeEvidence, 'state' | 'reason' | 'exitCode' | 'oom'>): Outcome {
  if (state === 'running') return 'running'
  if (state !== 'terminated') return 'unknown'
  // A container that ends with 0 although a process in it was killed has recovered.
  if (reason === 'OOMKilled' || (oom !== undefined && exitCode !== 0)) return 'oomkilled'
  if (exitCode === null || madeUpBy({ reason, exitCode }) !== undefined) return 'unknown'
  return exitCode === 0 ? 'completed' : 'crashed'
}

/** `newest` says that no later instance of its container is known. */
export function lifeOutcomeOf(life: LifeEvidence, pod: Verdict, newest: boolean): Outcome {
  const alone = lifeOutcome(life)
  if (!newest) return alone === 'running' ? 'unknown' : alone
  if (alone !== 'oomkilled' && alone !== 'completed' && stoppedWithWork(life, pod)) return pod.outcome
  const podEnd = pod.outcome === 'deleted' || pod.outcome === 'evicted' || pod.outcome === 'node-lost' ? pod.outcome : undefined
  switch (alone) {
    case 'running':
      return pod.over ? (podEnd ?? 'unknown') : 'running'
    case 'unknown':
      return podEnd !== undefined && life.kind !== 'init' ? podEnd : 'unknown'
    case 'completed':
    case 'crashed':
      return podEnd !== undefined && endedBy(life, alone, pod.endAt) ? podEnd : alone
    case 'oomkilled':
    case 'evicted':
    case 'node-lost':
    case 'deleted':
      return alone
  }
}

// The kubelet stops sidecars and debug containers once the work is done, by SIGTERM and SIGKILL. How they end then does
// not count.
function stoppedWithWork(life: LifeEvidence, { over, life: work, diedAt }: Verdict): boolean {
  if (!over || life === work || (life.kind !== 'sidecar' && life.kind !== 'ephemeral')) return false
  const workEnded = work?.finishedAt ?? diedAt
  return life.finishedAt === null || workEnded === null || notBefore(life.finishedAt, workEnded)
}

function endedBy(life: LifeEvidence, alone: Outcome, endAt: string | null): boolean {
  if (endAt !== null && life.finishedAt !== null) return notBefore(life.finishedAt, endAt)
  return alone === 'crashed' && life.kind !== 'init'
}

/**
 * Compares whole seconds, as Kubernetes reports them: the order within a second is unknown, and counts as not before.
 */
export function notBefore(time: string, than: string): boolean {
  return time.slice(0, 19) >= than.slice(0, 19)
}

// Pure: how one container instance ended. `lifeOutcome` knows only what its own status said; `lifeOutcomeOf` also knows how the
// pod ended and whether the container was started again: a SIGTERM that came with a deletion is no crash.
import type { LifeEvidence, Outcome, Verdict } from './evidence.ts'

/** From the instance's status and the kernel's word alone: running, completed, crashed, oomkilled, or unknown. */
export function lifeOutcome({
  state,
  reason,
  exitCode,
  oom,
}: Pick<LifeEvidence, 'state' | 'reason' | 'exitCode' | 'oom'>): Outcome {
  if (state === 'running') return 'running'
  if (state !== 'terminated') return 'unknown'
  // A container that ends well although a process of it was killed has coped.
  if (reason === 'OOMKilled' || (oom !== undefined && exitCode !== 0)) return 'oomkilled'
  // The kubelet lost sight of it and made up an exit code of 137.
  if (reason === 'ContainerStatusUnknown' || exitCode === null) return 'unknown'
  return exitCode === 0 ? 'completed' : 'crashed'
}

/** `newest`: no later instance of its container is known. */
export function lifeOutcomeOf(life: LifeEvidence, pod: Verdict, newest: boolean): Outcome {
  const alone = lifeOutcome(life)
  if (!newest) return alone === 'running' ? 'unknown' : alone
  const podEnd = pod.outcome === 'deleted' || pod.outcome === 'evicted' || pod.outcome === 'node-lost' ? pod.outcome : undefined
  switch (alone) {
    case 'running':
      return pod.over ? (podEnd ?? 'unknown') : 'running'
    case 'unknown':
      return podEnd !== undefined && life.kind !== 'init' ? podEnd : 'unknown'
    case 'completed':
    case 'crashed':
      return podEnd !== undefined && life.kind !== 'init' && endedBy(life, alone, pod.endAt) ? podEnd : alone
    case 'oomkilled':
    case 'evicted':
    case 'node-lost':
    case 'deleted':
      return alone
  }
}

function endedBy(life: LifeEvidence, alone: Outcome, endAt: string | null): boolean {
  return endAt !== null && life.finishedAt !== null ? notBefore(life.finishedAt, endAt) : alone === 'crashed'
}

/** Kubernetes tells whole seconds: within one second nothing says what came first, and it counts as after. */
export function notBefore(time: string, than: string): boolean {
  return time.slice(0, 19) >= than.slice(0, 19)
}

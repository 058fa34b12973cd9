// Pure: ends that nobody saw. A container that is gone when somebody looks for it gets an end all the same, with an
// exit code that says nothing. The kubelet writes ContainerStatusUnknown and 137 (pkg/kubelet/status/status_manager.go,
// pkg/kubelet/kubelet_pods.go). containerd writes Unknown and 255, and the time at which it looked, after a reboot or a
// restart of its own (unknownExitCode and unknownExitReason of its CRI plugin).
import type { LifeEvidence } from './evidence.ts'

export function madeUpBy({ reason, exitCode }: Pick<LifeEvidence, 'reason' | 'exitCode'>): 'kubelet' | 'containerd' | undefined {
  if (reason === 'ContainerStatusUnknown') return 'kubelet'
  return reason === 'Unknown' && exitCode === 255 ? 'containerd' : undefined
}

/** The exit code that somebody saw; null where there is none, or where it was made up. */
export const exitCodeOf = (life: Pick<LifeEvidence, 'reason' | 'exitCode'>): number | null =>
  madeUpBy(life) === undefined ? life.exitCode : null

// Pure: ends that no component observed. A container that is gone when a component looks for it still gets an end, with
// a meaningless exit code. The kubelet writes ContainerStatusUnknown and 137 (pkg/kubelet/status/status_manager.go,
// pkg/kubelet/kubelet_pods.go). After a reboot or a restart of its own, containerd writes Unknown, 255 and the current
// time (unknownExitCode and unknownExitReason of its CRI plugin).
import type { LifeEvidence } from './evidence.ts'

export function madeUpBy({
  reason,
  exitCode,
}: Pick<LifeEvidence, 'reason' | 'exitCode'>): 'kubelet' | 'containerd' | undefined {
  if (reason === 'ContainerStatusUnknown') return 'kubelet'
  return reason === 'Unknown' && exitCode === 255 ? 'containerd' : undefined
}

/** Returns the observed exit code, or null without one, or where it was made up. */
export const exitCodeOf = (life: Pick<LifeEvidence, 'reason' | 'exitCode'>): number | null =>
  madeUpBy(life) === undefined ? life.exitCode : null

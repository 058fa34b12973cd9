// Pure: what leads from a pod to the scene of its end, which is told of its node and by the kernel, not under its uid; plain enough to be kept.
import type { NodeEvidence, OomLine } from '#shared/lifecycle/evidence.ts'
import { renderPod, type PodFacts, type RenderedPod } from './pod.ts'
import type { ReplacedPod } from './rows.ts'

export interface SceneKey {
  cluster: string
  node: string
  /** When the pod ended; null while it has not. */
  until: string | null
  /** As cgroups name it. */
  podUid: string
  containerIds: string[]
  /** First and last end of a container; null where none ended. */
  ends: { first: string; last: string } | null
}

export interface DeathScene {
  /** Oldest first. */
  node: NodeEvidence[]
  oomLines: OomLine[]
}

/** Ends of containers around which the kernel is heard. */
const endsMax = 10

export function sceneKey(facts: PodFacts): SceneKey {
  const { pod, verdict, lives } = renderPod(facts)
  const ends = lives
    .flatMap(({ finishedAt }) => finishedAt ?? [])
    .toSorted()
    .slice(-endsMax)
  return {
    cluster: pod.cluster,
    node: pod.node,
    until: verdict.over ? (verdict.endAt ?? verdict.diedAt) : null,
    podUid: facts.row?.mirrorUid || facts.uid,
    containerIds: [...new Set(facts.lives.map(({ containerId }) => containerId))],
    ends: ends.length === 0 ? null : { first: ends[0]!, last: ends.at(-1)! },
  }
}

/** The pod as one that may have been replaced; undefined where nobody replaces it. */
export function replaceable({ pod, verdict }: RenderedPod, deletedAt: string | null): ReplacedPod | undefined {
  const { kind: ownerKind, name: ownerName } = pod.owner
  if (ownerKind === '' || !verdict.over) return undefined
  // A controller replaces a pod when its end begins, which may be before its containers have finished.
  const [since] = [verdict.endAt, verdict.diedAt, deletedAt].filter((time) => time !== null).toSorted()
  if (since === undefined) return undefined
  const { uid, cluster, namespace, name, node } = pod
  return { uid, cluster, namespace, name, node, ownerKind, ownerName, since }
}

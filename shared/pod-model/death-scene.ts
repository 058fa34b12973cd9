// Pure: where to look for the facts around a pod's end that do not have its uid: those of its node and of the kernel.
// Its values are plain, so that a record can hold them.
import type { NodeEvidence, OomLine } from '#shared/lifecycle/evidence.ts'
import { renderPod, type PodFacts, type RenderedPod } from './pod.ts'
import type { ReplacedPod } from './rows.ts'

export interface SceneKey {
  cluster: string
  node: string
  /** When the pod ended; null while it has not. */
  until: string | null
  /** The uid in names of cgroups. */
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

/** How many ends of containers are searched for lines of the kernel. */
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

/** Returns the pod as one that may have been replaced, or undefined where no controller replaces it. */
export function replaceable({ pod, verdict }: RenderedPod, deletedAt: string | null): ReplacedPod | undefined {
  const { kind: ownerKind, name: ownerName } = pod.owner
  if (ownerKind === '' || !verdict.over) return undefined
  // A controller replaces a pod when its end begins, which may be before its containers have finished.
  const [since] = [verdict.endAt, verdict.diedAt, deletedAt].filter((time) => time !== null).toSorted()
  if (since === undefined) return undefined
  const { uid, cluster, namespace, name, node } = pod
  return { uid, cluster, namespace, name, node, ownerKind, ownerName, since }
}

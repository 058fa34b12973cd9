// Reads the gaps of a pod's lives, as lines that draw-gaps.ts puts among the others.
import { gapLine } from './gap-line.ts'
import type { Life } from '#shared/pod-model/pod-lives.ts'
import { renderPod } from '#shared/pod-model/pod.ts'
import { lostWords } from '#shared/pod-model/seal/lost-words.ts'
import { holesIn } from '#shared/pod-model/seal/seal.ts'
import type { PodIdentity, PodLife } from '#shared/stored-pods/pod-identity.ts'
import { loadFacts } from '#projector/load-facts.ts'
import { sealLines } from '#projector/seal-lines.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import type { Line } from '#shared/lines/row-decoder.ts'

export interface GapFilter {
  /** Half open, epoch ns: the time of the line behind a gap. */
  from?: bigint | undefined
  to?: bigint | undefined
  containers?: readonly string[] | undefined
  lives?: readonly PodLife[] | undefined
}

/** Ascending by the time of the line behind the gap. */
export async function readPodGaps(
  reading: Reading,
  tenant: string,
  { uid, pod, filter }: { uid: string; pod: PodIdentity; filter: GapFilter },
): Promise<Line[]> {
  const { pods } = await loadFacts(reading, tenant, [pod.uid ?? uid])
  const [sealed] = await sealLines(
    reading,
    tenant,
    pods.map(({ facts }) => facts),
  )
  if (sealed === undefined) return []
  const { pod: rendered, lives } = renderPod(sealed.facts)
  const requestedLives = lives.filter(
    ({ container, restart, containerId }) =>
      (filter.containers?.includes(container) ?? true) &&
      (filter.lives?.some((life) => isOf(life, { container, restart, containerId })) ?? true),
  )
  return requestedLives
    .flatMap((life) => holesIn({ ...life, lost: lostWords(life) }).map((hole) => gapLine(hole, life, rendered)))
    .filter(({ ts }) => (filter.from === undefined || ts >= filter.from) && (filter.to === undefined || ts < filter.to))
    .toSorted((a, b) => (a.ts < b.ts ? -1 : a.ts > b.ts ? 1 : 0))
}

// Several instances may have one restart number: ids tell them apart, where both ids are known.
function isOf(
  life: PodLife,
  { container, restart, containerId }: Pick<Life, 'container' | 'restart' | 'containerId'>,
): boolean {
  if (life.container !== container || life.restart !== restart) return false
  return containerId === '' || life.containerIds.length === 0 || life.containerIds.includes(containerId)
}

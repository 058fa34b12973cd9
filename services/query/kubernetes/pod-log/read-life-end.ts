// Reads whether a life has ended, since a client follows its log until then.
import { renderPod } from '#shared/pod-model/pod.ts'
import { loadFacts } from '#projector/load-facts.ts'
import type { Reading } from '#shared/store-reading/reading.ts'

export interface LifeName {
  tenant: string
  uid: string
  container: string
  restart: number | undefined
  /** Ids of the instance, where they are known: several instances may have one restart number. */
  containerIds: readonly string[]
}

/** When the life ended, epoch ms, 0 where no fact says when; undefined while the life may run. */
export async function endOfLife(
  reading: Reading,
  { tenant, uid, container, restart, containerIds }: LifeName,
): Promise<number | undefined> {
  const { pods } = await loadFacts(reading, tenant, [uid])
  const { lives, verdict } = renderPod(pods[0]!.facts)
  const ofContainer = lives.filter((life) => life.container === container)
  const numbered = ofContainer.filter((one) => restart !== undefined && one.restart === restart)
  const life = numbered.find(({ containerId }) => containerIds.includes(containerId)) ?? numbered.at(-1)
  const hasSuccessor =
    life === undefined
      ? ofContainer.some((one) => restart !== undefined && (one.restart ?? -1) > restart)
      : ofContainer.at(-1) !== life
  if (!verdict.over && !hasSuccessor && life?.state !== 'terminated') return undefined
  const at = life?.finishedAt ?? verdict.diedAt
  return at === null ? 0 : Date.parse(at)
}

// Reads what the seals of lives rest on: numbers of lines, the bytes of log files that they cover, and dead letters
// that may explain what is missing (decision 0009).
import type { MeasuredLine } from '#shared/lines/row-decoder.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'
import type { PodFacts } from '#shared/pod-model/pod.ts'
import type { LossRow } from '#shared/pod-model/rows.ts'
import { podKeysOf } from '#shared/pod-model/seal/losses.ts'
import { losses, replayedLetters } from './count-lines/loss-statements.ts'
import { readSmallPods } from './count-lines/read-small-pods.ts'
import type { CountablePod } from './count-lines/small-pods.ts'
import { createLineSettler } from './settle-lines.ts'

export interface SealedPod {
  /** With counts and sizes, stretches and losses. */
  facts: PodFacts
  /** The lines of a small pod, each once, in no order. */
  lines?: readonly MeasuredLine[]
}

/** One for each pod, in their order. Memory is bounded, whatever number of lines they have. */
export async function sealLines(
  reading: RowReading,
  tenant: string,
  pods: readonly CountablePod[],
): Promise<SealedPod[]> {
  const sealed = new Map<CountablePod, SealedPod>()
  for (const pod of pods) if (pod.lines.length === 0) sealed.set(pod, { facts: { ...pod, stretches: [] }, lines: [] })
  for (const [pod, read] of await readSmallPods(reading, tenant, pods)) sealed.set(pod, read)
  const settler = createLineSettler({ reading })
  const large = pods.filter((pod) => !sealed.has(pod))
  const settled = await settler.covered(tenant, await settler.counted(tenant, large, { sizes: true }))
  for (const [i, pod] of large.entries()) sealed.set(pod, { facts: settled[i]! })
  return withLosses(
    reading,
    tenant,
    pods.map((pod) => sealed.get(pod)!),
  )
}

/** Adds `losses`: what Kafka deleted, and refused lines but those that were sent again and stored. */
async function withLosses({ rows }: RowReading, tenant: string, pods: readonly SealedPod[]): Promise<SealedPod[]> {
  const all = await rows<LossRow>(losses(tenant, [...new Set(pods.flatMap(({ facts }) => podKeysOf(facts)))]))
  const letters = [...new Set(all.flatMap(({ podKey, letter }) => (podKey === '' ? [] : [letter])))]
  const replayed = new Set(
    letters.length === 0
      ? []
      : (await rows<{ letter: string }>(replayedLetters(tenant, letters))).map(({ letter }) => letter),
  )
  const open = all.filter(({ letter, further }) => further === 1 || !replayed.has(letter))
  return pods.map((pod) => ({ ...pod, facts: { ...pod.facts, losses: open } }))
}

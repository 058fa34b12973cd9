// Reads what the seals of lives rest on: numbers of lines, the bytes of log files that they cover, and dead letters
// that may explain what is missing (decision 0009).
import type { MeasuredLine } from '#shared/lines/row-decoder.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'
import type { PodFacts } from '#shared/pod-model/pod.ts'
import type { LossRow, StoredPlaceRow } from '#shared/pod-model/rows.ts'
import { podKeysOf } from '#shared/pod-model/seal/losses.ts'
import { boundsOf, ownersOf } from './count-lines/line-owners.ts'
import { losses, replayedLetters, storedPlaces } from './count-lines/loss-statements.ts'
import { readSmallPods } from './count-lines/read-small-pods.ts'
import type { CountablePod } from './count-lines/small-pods.ts'
import { spansOf, stretchesInTime } from './count-lines/timed-lives.ts'
import { createLineSettler } from './settle-lines.ts'

export interface SealedPod {
  /** With counts and sizes, stretches, losses and stored places. */
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

/**
 * Adds `losses`: what Kafka deleted, and refused lines but those that were sent again and stored; and `storedPlaces`.
 */
async function withLosses({ rows }: RowReading, tenant: string, pods: readonly SealedPod[]): Promise<SealedPod[]> {
  const all = await rows<LossRow>(losses(tenant, [...new Set(pods.flatMap(({ facts }) => podKeysOf(facts)))]))
  const letters = [...new Set(all.flatMap(({ further, letter }) => (further === 1 ? [] : [letter])))]
  const replayed = new Set(
    letters.length === 0
      ? []
      : (await rows<{ letter: string }>(replayedLetters(tenant, letters))).map(({ letter }) => letter),
  )
  const open = all.filter(({ letter, further }) => further === 1 || !replayed.has(letter))
  const placesOf = await readPlaces({ rows }, tenant, pods, open)
  return pods.map(({ facts, ...pod }) => ({
    ...pod,
    facts: { ...facts, losses: open, storedPlaces: stretchesInTime(facts, placesOf(facts)) },
  }))
}

/** Where lines are stored that begin where refused ones did. Few pods have refused lines. */
async function readPlaces(
  { rows }: Pick<RowReading, 'rows'>,
  tenant: string,
  pods: readonly SealedPod[],
  refused: readonly LossRow[],
): Promise<(pod: PodFacts) => StoredPlaceRow[]> {
  const placed = refused.filter(({ offset, podKey }) => offset >= 0 && podKey !== '')
  const keys = new Set(placed.map(({ podKey }) => podKey))
  const concerned = pods.map(({ facts }) => facts).filter((facts) => podKeysOf(facts).some((key) => keys.has(key)))
  const bounds = placed.length === 0 ? undefined : boundsOf(concerned)
  if (bounds === undefined) return () => []
  const places = { pods: bounds, spans: [...spansOf(concerned).keys()], offsets: unique(placed) }
  return ownersOf(await rows<StoredPlaceRow>(storedPlaces(tenant, places)))
}

const unique = (placed: readonly LossRow[]): number[] => [...new Set(placed.map(({ offset }) => offset))]

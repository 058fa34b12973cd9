// Pure: what dead letters say about a life. They explain a hole, or say where lines may have gone. They never prove a
// hole, but a life with refused lines is not sealed.
import { bareContainerId, containerKey, containerPrefix, otherContainer } from '#shared/container-id.ts'
import { epochNs } from '#shared/pod-model/epoch-ns.ts'
import {
  refusedMax,
  type LifeLinesRow,
  type LifeRow,
  type LossRow,
  type PodRow,
  type StoredPlace,
} from '#shared/pod-model/rows.ts'
import type { Hole } from './evidence.ts'

/** Adds to the reason of a hole: the refused records inside it, or else what Kafka deleted unread after it began. */
export function withLosses(hole: Hole, losses: readonly LossRow[]): Hole {
  const refused = losses.filter(
    ({ reason, offset }) => reason !== onKafka && offset >= hole.offset - hole.bytes && offset < hole.offset,
  )
  if (refused.length > 0) {
    const reasons = [...new Set(refused.map(({ reason }) => reason))].join(', ')
    const lines = refused.length === 1 ? 'a line' : `${refused.length} lines`
    return { ...hole, reason: `${lines} of it refused (${reasons}), see dead letters` }
  }
  const deleted = deletedOnKafka(hole.from, losses)
  return deleted === undefined ? hole : { ...hole, reason: `${hole.reason}, perhaps ${deleted}` }
}

/**
 * Returns `with 1,200 messages of afterlog.logs/2 that Kafka deleted unread`, for losses noticed at `since` or later.
 */
export function deletedOnKafka(since: string | null, losses: readonly LossRow[]): string | undefined {
  const ranges = losses.filter(({ reason, time }) => reason === onKafka && (since === null || time >= since))
  const [last] = ranges
  if (last === undefined) return undefined
  const messages = ranges.reduce((sum, range) => sum + range.messages, 0)
  const where = ranges.every(({ topic, partition }) => topic === last.topic && partition === last.partition)
    ? `${last.topic}/${last.partition}`
    : `${last.topic} and others`
  const count = `${messages.toLocaleString('en-US')} ${messages === 1 ? 'message' : 'messages'}`
  return `with ${count} of ${where} that Kafka deleted unread`
}

/** What may be lost of a life, and who it is. */
interface LossyLife {
  container: string
  restart: number | null
  containerId: string
  startedAt: string | null
}

/** The names under which refused lines may be a pod's, as refused_lines has them. */
export function podKeysOf({ uid, sentUids = [], row, lives, lines, sentLines = lines }: PodNames): string[] {
  const names = [...(row === null ? [] : [{ ...row, pod: row.name }]), ...lives, ...sentLines].filter(
    ({ pod }) => pod !== '',
  )
  const ids = [...lives, ...sentLines].map(({ containerId }) => bareContainerId(containerId))
  return [
    ...new Set([
      uid,
      ...sentUids,
      ...sentLines.map((line) => line.uid),
      ...names.flatMap(({ cluster, namespace, pod }) => [
        `unresolved:${cluster}/${namespace}/${pod}`,
        `unresolved:${cluster}//${pod}`,
      ]),
      ...ids.flatMap((id) => (id === '' ? [] : [containerKey(id)])),
    ]),
  ].filter((key) => key !== '')
}

/** What PodFacts has of them. */
interface PodNames {
  uid: string
  sentUids?: readonly string[]
  row: PodRow | null
  lives: readonly LifeRow[]
  lines: readonly LifeLinesRow[]
  sentLines?: readonly LifeLinesRow[]
}

/**
 * Returns the losses that may belong to a life: refused lines that name it, or do not name another life of its pod, or
 * name no pod, and all messages lost on Kafka.
 */
export function lossesOfLife(losses: readonly LossRow[], podKeys: ReadonlySet<string>, life: LossyLife): LossRow[] {
  const id = bareContainerId(life.containerId)
  const hadBegun = ({ time }: LossRow): boolean =>
    life.startedAt === null || epochNs(life.startedAt) <= epochNs(time) + clockSkewNs
  return losses.filter((loss) => {
    if (loss.reason === onKafka) return true
    if (isUnnamed(loss)) return hadBegun(loss)
    if (!podKeys.has(loss.podKey)) return false
    if (loss.container !== '' && loss.container !== life.container) return false
    if (loss.restart >= 0 && life.restart !== null && loss.restart !== life.restart) return false
    if (loss.containerId !== '' && id !== '') return !otherContainer(loss.containerId, id)
    // The pod has the container: which of its lives it is, is known of another one.
    if (id === '' && loss.container === '' && loss.podKey.startsWith(containerPrefix)) return false
    // A name alone may have been another pod's, and no number another life's: one that began later had no such line.
    const isNamed = loss.restart >= 0 && !loss.podKey.startsWith('unresolved:')
    return isNamed || hadBegun(loss)
  })
}

/** How far the clocks of nodes may be apart from ours. */
const clockSkewNs = 3_600_000_000_000n

/** Refused lines that are not stored at their place by now; `or more`: where not all letters were read. */
export function refusedOf(
  losses: readonly LossRow[],
  storedPlaces: readonly StoredPlace[],
): { lines: number; orMore: boolean } {
  const refused = losses.filter((loss) => loss.reason !== onKafka && !isUnnamed(loss))
  const byPlace = Map.groupBy(storedPlaces, placeOf)
  const isStored = (loss: LossRow): boolean =>
    loss.offset >= 0 &&
    (byPlace.get(placeOf(loss)) ?? []).some(({ length }) => length < 0 || loss.length < 0 || length === loss.length)
  const places = new Map(
    refused
      .filter((loss) => !isStored(loss))
      .map((loss) => [loss.offset >= 0 ? placeOf(loss) : `${loss.letter} ${loss.further}`, loss]),
  )
  return {
    lines: [...places.values()].reduce((sum, { lines }) => sum + lines, 0),
    orMore: refused.length >= refusedMax,
  }
}

const placeOf = ({ file, offset }: StoredPlace): string => `${offset} ${file}`

/** Why a life may have refused lines although no letter names it, in words; undefined where there is no such reason. */
export function unnamedWords(losses: readonly LossRow[]): string | undefined {
  const unnamed = losses.filter(isUnnamed)
  if (unnamed.length === 0) return undefined
  return unnamed.some(({ reason }) => reason === lettersLost)
    ? 'letters of refused lines were lost with a part of the store: lines of it may be among them'
    : 'lines were refused that do not say clearly whose they are: lines of it may be among them'
}

const isUnnamed = ({ reason, podKey }: LossRow): boolean => reason !== onKafka && podKey === ''

const onKafka = 'lost-on-kafka'
/** The reason of a row of refused_lines that stands for all lines of letters that are gone. */
export const lettersLost = 'letters-lost'

// Finds a pod by whatever names it and says which lines are its own; fills what a line came without (uid, restart) from what
// Kubernetes told later. Attribution happens here, when lines are read: it never changes what is stored.
import type { Fragment } from '#shared/clickhouse/sql.ts'
import { compare } from '#shared/compare.ts'
import { bareContainerId } from '#shared/container-id.ts'
import {
  parseUnresolved,
  podLives,
  podObjects,
  podScope,
  spokenLives,
  unresolvedLives,
  unresolvedScope,
  type LifeScope,
} from '#query/plan/pod-statements.ts'
import { instancesOf, sharesNumber, type InstanceReport } from '#shared/lifecycle/instances.ts'
import { lifeSpans, spanAt, spanName, timesOf, type LifeSpan } from '#shared/pod-model/life-spans.ts'
import type { Reading } from './reading.ts'
import type { Line } from './row-decoder.ts'

export interface PodLife {
  container: string
  restart: number
  /** Without scheme; several where different sources told different ones. */
  containerIds: readonly string[]
}

export interface PodIdentity {
  /** The uid that answers show for lines that came without one; null while unresolved. */
  uid: string | null
  /** Every uid that lines of this pod may carry. */
  uids: readonly string[]
  names: readonly { namespace: string; pod: string }[]
  /** Known container instances, those of one container in the order in which they were there. */
  lives: readonly PodLife[]
  /** By spanName: whose a line is that no number and no container id puts into a life. */
  spans: ReadonlyMap<string, readonly LifeSpan[]>
  /** Times of its first and last line in ns; undefined where it said nothing. */
  extent: { first: bigint; last: bigint } | undefined
  /** Containers that said something. */
  spoken: readonly string[]
  /** Whether a fragment stands among its lines. */
  fragments: boolean
  /** Condition on `logs` for its lines. */
  scope: Fragment
}

interface LifeRow {
  namespace: string
  pod: string
  container: string
  restart: number
  containerId: string
}
type ToldRow = LifeRow & InstanceReport
type SpokenRow = LifeRow & { first: string; last: string; fragments: number }
type ObjectRow = { uid: string; mirrorUid: string; namespace: string; pod: string }

/** The pod, or undefined where nobody ever told of it. */
export async function resolvePod(reading: Reading, tenant: string, uid: string): Promise<PodIdentity | undefined> {
  const unresolved = parseUnresolved(uid)
  if (unresolved !== undefined) {
    const spoken = await reading.rows<SpokenRow>(unresolvedLives(tenant, unresolved))
    if (spoken.length === 0) return undefined
    const names = [{ namespace: unresolved.namespace, pod: unresolved.pod }]
    return {
      uid: null,
      uids: [],
      names,
      lives: knownLives([], spoken),
      spans: new Map(),
      extent: extentOf(spoken),
      spoken: containersOf(spoken),
      fragments: hasFragments(spoken),
      scope: unresolvedScope(tenant, unresolved),
    }
  }
  if (uid === '') return undefined
  const objects = await podObjectsOf(reading, tenant, uid)
  const uids = [...new Set([uid, ...objects.flatMap((object) => [object.uid, object.mirrorUid])])].filter((one) => one !== '')
  const told = instancesOf(await reading.rows<ToldRow>(podLives(tenant, uids)))
  const containerIds = [...new Set(told.map(({ containerId }) => containerId))].filter((id) => id !== '')
  const spoken = await reading.rows<SpokenRow>(spokenLives(tenant, uids, containerIds))
  const names = [...objects, ...told, ...spoken]
  if (names.length === 0) return undefined
  const api = objects.find((object) => object.uid === uid) ?? objects[0]
  return {
    uid: api?.uid ?? uid,
    uids,
    names,
    lives: knownLives(told, spoken),
    spans: lifeSpans(told),
    extent: extentOf(spoken),
    spoken: containersOf(spoken),
    fragments: hasFragments(spoken),
    scope: podScope(names, uids, containerIds),
  }
}

/** The line with uid and restart filled in where its container id, or its time, tells them. */
export function attribute(line: Line, pod: PodIdentity): Line {
  if (line.podUid !== '' && line.restart >= 0) return line
  const id = bareContainerId(line.containerId)
  const life =
    id === ''
      ? spanAt(pod.spans.get(line.container) ?? [], line.ts)
      : pod.lives.find(({ containerIds }) => containerIds.includes(id))
  const restart = line.restart >= 0 ? line.restart : (life?.restart ?? -1)
  return {
    ...line,
    restart,
    storedRestart: line.storedRestart ?? line.restart,
    podUid: line.podUid === '' && pod.uid !== null ? pod.uid : line.podUid,
  }
}

/**
 * Lives of a number, of every container that has it; negative numbers count back from each container's newest: -1 is
 * the one before it.
 */
export function livesNumbered({ lives, spans }: Pick<PodIdentity, 'lives' | 'spans'>, number: number): LifeScope[] {
  const containers = Map.groupBy(lives, ({ container }) => container)
  const asked =
    number >= 0
      ? lives.filter(({ restart }) => restart === number)
      : [...containers.values()].flatMap((ofOne) => ofOne.at(number - 1) ?? [])
  const timesOn = (life: PodLife, restart: number) => timesOf(spans.get(spanName(life.container, restart)) ?? [], life)
  return asked.map((life) => ({
    ...life,
    times: timesOn(life, -1),
    timesOfNumber: sharesNumber(life, lives) ? timesOn(life, life.restart) : undefined,
  }))
}

function knownLives(told: readonly LifeRow[], spoken: readonly LifeRow[]): PodLife[] {
  const lives = told.map(({ container, restart, containerId }) => ({
    container,
    restart,
    ids: new Set(containerId === '' ? [] : [containerId]),
  }))
  for (const { container, restart, containerId } of spoken) {
    if (restart < 0) continue
    const numbered = lives.filter((life) => life.container === container && life.restart === restart)
    if (numbered.length > 1 && (containerId === '' || numbered.some(({ ids }) => ids.has(containerId)))) continue
    if (numbered.length === 1) {
      if (containerId !== '') numbered[0]!.ids.add(containerId)
      continue
    }
    const next = lives.findIndex((life) => life.container === container && life.restart > restart)
    const life = { container, restart, ids: new Set(containerId === '' ? [] : [containerId]) }
    if (next < 0) lives.push(life)
    else lives.splice(next, 0, life)
  }
  return lives
    .map(({ container, restart, ids }) => ({ container, restart, containerIds: [...ids] }))
    .toSorted((a, b) => compare(a.container, b.container))
}

const containersOf = (spoken: readonly SpokenRow[]): string[] => [...new Set(spoken.map(({ container }) => container))]

const hasFragments = (spoken: readonly SpokenRow[]): boolean => spoken.some(({ fragments }) => fragments === 1)

/** Those that carry the uid, and those that share the manifest of one that does: a static pod made again has another uid. */
async function podObjectsOf(reading: Reading, tenant: string, uid: string): Promise<ObjectRow[]> {
  const objects = await reading.rows<ObjectRow>(podObjects(tenant, uid))
  const manifest = objects.find(({ mirrorUid }) => mirrorUid !== '' && mirrorUid !== uid)?.mirrorUid
  return manifest === undefined ? objects : reading.rows<ObjectRow>(podObjects(tenant, manifest))
}

function extentOf(spoken: readonly SpokenRow[]): PodIdentity['extent'] {
  if (spoken.length === 0) return undefined
  const firsts = spoken.map(({ first }) => BigInt(first))
  const lasts = spoken.map(({ last }) => BigInt(last))
  return { first: firsts.reduce((a, b) => (a < b ? a : b)), last: lasts.reduce((a, b) => (a > b ? a : b)) }
}

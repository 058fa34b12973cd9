// Pure: which lines are a pod's own; fills what a line came without (uid, restart) from what Kubernetes reported later.
// Attribution happens here, when lines are read: it never changes what is stored.
import type { LinesRow } from './fact-statements.ts'
import type { Fragment } from '#shared/clickhouse/sql.ts'
import { compare } from '#shared/compare.ts'
import { bareContainerId } from '#shared/container-id.ts'
import { epochNs } from '#shared/pod-model/epoch-ns.ts'
import type { PodFacts } from '#shared/pod-model/pod.ts'
import type { LifeRow } from '#shared/pod-model/rows.ts'
import { parseUnresolved, podScope, unresolvedScope, type LifeScope } from '#shared/lines/pod-scope.ts'
import { instancesOf, sharesNumber } from '#shared/lifecycle/instances.ts'
import { lifeSpans, spanAt, spanName, timesOf, type LifeSpan } from '#shared/pod-model/life-spans.ts'
import type { Line } from '#shared/lines/row-decoder.ts'

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
  /** Whether only Events name it. */
  onlyEvents: boolean
}

/**
 * The pod, or undefined where nothing is reported of it and no line of it is stored. `otherPodsContainerIds`: ids of
 * containers whose lines without a uid are another pod's.
 */
export function identityOf(
  facts: PodFacts & { lines: readonly LinesRow[] },
  otherPodsContainerIds: readonly string[],
): PodIdentity | undefined {
  const { row, events, lines, sentUids = [] } = facts
  const lives = instancesOf(facts.lives)
  const common = {
    lives: knownLives(lives, lines),
    extent: extentOf(lines),
    spoken: [...new Set(lines.map(({ container }) => container))],
    fragments: lines.some(({ fragments }) => fragments === 1),
    onlyEvents: row === null && lives.length === 0 && lines.length === 0,
  }
  const unresolved = parseUnresolved(facts.uid)
  if (unresolved !== undefined) {
    if (lines.length === 0) return undefined
    const names = [{ namespace: unresolved.namespace, pod: unresolved.pod }]
    const scope = unresolvedScope(unresolved, [...new Set(lines.map(({ containerId }) => containerId))])
    return { ...common, uid: null, uids: [], names, spans: new Map(), scope }
  }
  const reported = [...(row === null ? [] : [{ namespace: row.namespace, pod: row.name }]), ...lives, ...lines]
  const names = common.onlyEvents ? events : reported
  if (names.length === 0) return undefined
  const carried = lines.filter(({ nameless }) => nameless === 0).map((line) => line.uid)
  const uids = [...new Set([facts.uid, ...sentUids, ...carried])]
  const containerIds = [...new Set(lives.map(({ containerId }) => containerId))].filter(
    (id) => id !== '' && !otherPodsContainerIds.includes(id),
  )
  return { ...common, uid: facts.uid, uids, names, spans: lifeSpans(lives), scope: podScope(names, uids, containerIds) }
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

type NumberedLife = Pick<LifeRow, 'container' | 'restart' | 'containerId'>

function knownLives(reported: readonly NumberedLife[], lines: readonly NumberedLife[]): PodLife[] {
  const lives = reported.map(({ container, restart, containerId }) => ({
    container,
    restart,
    ids: new Set(containerId === '' ? [] : [containerId]),
  }))
  for (const { container, restart, containerId } of lines) {
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

function extentOf(lines: readonly LinesRow[]): PodIdentity['extent'] {
  if (lines.length === 0) return undefined
  const [first] = lines.map(({ firstLine }) => firstLine).toSorted()
  const last = lines
    .map(({ lastLine }) => lastLine)
    .toSorted()
    .at(-1)
  return { first: epochNs(first!), last: epochNs(last!) }
}

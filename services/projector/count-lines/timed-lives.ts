// Pure: puts lines into lives by the times that Kubernetes reported, where neither a restart number nor a container id
// names the life (decision 0014). It makes the spans that counting statements need, and gives their counts the names of
// lives.
import { slotAt, spanKey } from './line-life.ts'
import { instancesOf } from '#shared/lifecycle/instances.ts'
import { lifeSpans, spanAt, spanName, type LifeSpan } from '#shared/pod-model/life-spans.ts'
import { epochNs } from '#shared/pod-model/epoch-ns.ts'
import type { PodFacts } from '#shared/pod-model/pod.ts'
import { earlier, later } from '#shared/pod-model/pod-lives.ts'
import type { LifeLinesRow, LineCountRow, LineLife, StretchRow } from '#shared/pod-model/rows.ts'

/** Begins of spans in epoch ns by spanKey. Most pods need none: their lines have numbers or ids that name the lives. */
export function spansOf(pods: readonly PodFacts[]): Map<string, bigint[]> {
  return new Map(
    pods.flatMap((pod) => [...spansByKey(pod)].map(([key, spans]) => [key, spans.map(({ from }) => from)])),
  )
}

/** The pod with its counts, and their first and last lines, under the lives of the spans. */
export function inTime(pod: PodFacts): PodFacts {
  const spans = spansByKey(pod)
  if (spans.size === 0) return pod
  const placed = pod.counts.flatMap((count) => {
    const ofRow = spans.get(keyOf(count))
    return ofRow === undefined || count.slot === undefined ? [count] : placedCounts(count, ofRow, count.slot)
  })
  const lines = pod.lines.flatMap((row) => {
    const ofRow = row.containerId !== '' || row.nameless === 1 ? undefined : spans.get(keyOf(row))
    return ofRow === undefined ? [row] : divided(row, ofRow, pod.counts)
  })
  return { ...pod, counts: placed, lines, sentLines: pod.lines }
}

/**
 * The count under the life of its span. Where nothing but times places its lines, it says so; and so does one of the
 * life before, of which lines may be in the second in which the life began.
 */
function placedCounts(count: LineCountRow, spans: readonly LifeSpan[], slot: number): LineCountRow[] {
  const span = spans[slot - 1]
  if (span === undefined || span.restart === null) return [count]
  const { restart, containerId } = span
  const byTime = count.restart < 0 ? Number(count.stored) : 0
  const own = { ...count, restart, containerId, byTime }
  const before = spans[slot - 2]
  if (before === undefined || before.restart === null || before.restart === restart) return [own]
  const mayBeEarlier = count.firstLine !== undefined && epochNs(count.firstLine) < span.from + secondNs
  if (byTime === 0 || !mayBeEarlier) return [own]
  const { firstLine: _first, lastLine: _last, ...nothing } = count
  const none = { ...nothing, lines: '0', stored: '0', bytes: '0', errors: '0' }
  return [own, { ...none, restart: before.restart, containerId: before.containerId, byTime }]
}

const secondNs = 1_000_000_000n

/** The row, once for each life that has lines of it. Where lines have expired, its own first and last line are left. */
function divided(row: LifeLinesRow, spans: readonly LifeSpan[], counts: readonly LineCountRow[]): LifeLinesRow[] {
  const times = new Map<number, { firstLine: string; lastLine: string }>()
  const add = (slot: number, firstLine: string, lastLine: string): void => {
    const known = times.get(slot) ?? { firstLine, lastLine }
    times.set(slot, { firstLine: earlier(known.firstLine, firstLine)!, lastLine: later(known.lastLine, lastLine)! })
  }
  for (const { slot = 0, firstLine, lastLine, ...count } of counts)
    if (slot > 0 && firstLine !== undefined && lastLine !== undefined && keyOf(count) === keyOf(row))
      add(slot, firstLine, lastLine)
  const begins = spans.map(({ from }) => from)
  for (const time of [row.firstLine, row.lastLine]) add(slotAt(begins, epochNs(time)), time, time)
  // The estimate is of the lines of all these lives.
  const { estimate: _, ...life } = row
  return [...times].map(([slot, { firstLine, lastLine }]) => {
    const { restart, containerId } = spans[slot - 1] ?? { restart: null, containerId: '' }
    return restart === null ? { ...life, firstLine, lastLine } : { ...life, restart, containerId, firstLine, lastLine }
  })
}

/**
 * Stretches, or places, under each of the lives in whose time they lie: one file may hold lines of two instances with
 * one number.
 */
export function stretchesInTime<Row extends LineLife & Pick<StretchRow, 'earliest' | 'lastAt'>>(
  pod: PodFacts,
  stretches: readonly Row[],
): Row[] {
  const spans = spansByKey(pod)
  return stretches.flatMap((row) => {
    const ofRow = row.containerId === '' ? spans.get(keyOf(row)) : undefined
    if (ofRow === undefined) return [row]
    const [first, last] = [epochNs(row.earliest), epochNs(row.lastAt)]
    const own = ofRow.filter(({ from }, i) => from <= last && (ofRow[i + 1]?.from ?? first + 1n) > first)
    return own.map(({ restart, containerId }) => (restart === null ? row : { ...row, restart, containerId }))
  })
}

/** The row under the life that its last line is of, until its lines are counted; any other row as it is. */
export function underNewestLife<Row extends LifeLinesRow>(pod: PodFacts, row: Row): Row {
  if (row.restart >= 0 || row.containerId !== '' || row.nameless === 1) return row
  const span = spanAt(spansByKey({ ...pod, lines: [row] }).get(keyOf(row)) ?? [], epochNs(row.lastLine))
  return span === undefined || span.restart === null
    ? row
    : { ...row, restart: span.restart, containerId: span.containerId }
}

function spansByKey({ lines: named, sentLines: lines = named, lives }: PodFacts): Map<string, LifeSpan[]> {
  if (lives.length === 0 || !(lines.some(({ restart }) => restart < 0) || mayRepeat(lives))) return new Map()
  const spans = lifeSpans(instancesOf(lives))
  return new Map(
    lines.filter(mayNeedTime).flatMap((row) => {
      const ofLines = spans.get(spanName(row.container, row.restart))
      return ofLines === undefined ? [] : [[keyOf(row), ofLines]]
    }),
  )
}

/**
 * Whether a container has one number twice. Few pods do, and this check is cheaper than making instances of the
 * reports.
 */
const mayRepeat = (lives: PodFacts['lives']): boolean =>
  new Set(lives.map(({ container, restart }) => `${container}/${restart}`)).size < lives.length

/** Lines with a number may belong to several instances, also where they have the id of one. */
const mayNeedTime = ({ restart, containerId, nameless }: LifeLinesRow): boolean =>
  nameless === 0 && (restart >= 0 || containerId === '')

const keyOf = ({ uid, container, restart }: Pick<LineLife, 'uid' | 'container' | 'restart'>): string =>
  spanKey(uid, container, restart)

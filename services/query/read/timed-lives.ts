// Lines that came with neither restart nor container id, put into lives by the times that Kubernetes told: the spans that the counting
// statement needs, and its counts as if the lines had come with the number.
import { lifeSpans, type LifeSpan } from '#query/plan/life-spans.ts'
import type { PodFacts } from '#shared/pod-model/pod.ts'
import type { LifeLinesRow, LineCountRow } from '#shared/pod-model/rows.ts'

/** Their begins by `<uid>/<container>`; empty for pods whose lines came with numbers or ids, which is most of them. */
export function spansOf(pods: readonly PodFacts[]): Map<string, bigint[]> {
  return new Map(pods.flatMap((pod) => [...spansByKey(pod)].map(([key, spans]) => [key, spans.map(({ from }) => from)])))
}

/** The pod with counts, first and last lines under the lives that the spans lead to. */
export function inTime(pod: PodFacts): PodFacts {
  const spans = spansByKey(pod)
  if (spans.size === 0) return pod
  const placed = pod.counts.map((count) => {
    const restart = count.slot === undefined ? undefined : spans.get(keyOf(count))?.[count.slot - 1]?.restart
    return restart === undefined || restart === null ? count : { ...count, restart }
  })
  const counted = new Set(pod.counts.filter(({ slot }) => slot !== undefined && slot > 0).map(keyOf))
  const lines = pod.lines.flatMap((row) => {
    if (!unnumbered(row) || !counted.has(keyOf(row))) return [row]
    return placed.flatMap((count, i) => {
      const { slot = 0, firstLine, lastLine } = pod.counts[i]!
      if (slot === 0 || keyOf(count) !== keyOf(row) || firstLine === undefined || lastLine === undefined) return []
      return [{ ...row, restart: count.restart, firstLine, lastLine }]
    })
  })
  return { ...pod, counts: placed, lines }
}

function spansByKey({ lines, lives }: PodFacts): Map<string, LifeSpan[]> {
  const asked = lines.filter(unnumbered)
  if (asked.length === 0 || lives.length === 0) return new Map()
  const spans = lifeSpans(lives)
  return new Map(
    asked.flatMap((row) => {
      const ofContainer = spans.get(row.container)
      return ofContainer === undefined ? [] : [[keyOf(row), ofContainer]]
    }),
  )
}

const unnumbered = ({ restart, containerId, nameless }: LifeLinesRow): boolean =>
  restart < 0 && containerId === '' && nameless === 0

const keyOf = ({ uid, container }: Pick<LineCountRow, 'uid' | 'container'>): string => `${uid}/${container}`

// Pure: where the lives, gaps and events of a pod stand on its time axis, as shares of its width.
import type { Container, Life, Obituary } from '../api/types.ts'
import { clockTime, epochMs, type Zone } from '../time/format.ts'

export interface Span {
  from: string
  to: string
  fromMs: number
  lengthMs: number
}

export interface Bar {
  key: string
  life: Life
  /** Shares of the axis. */
  from: number
  to: number
  /** Where a click goes: the last thing that it said, or its end. */
  time: string
  lastedMs: number | undefined
  gaps: { from: string; share: number; width: number; reason: string }[]
}

export interface Pin {
  share: number
  time: string
  kind: string
  texts: string[]
}

/**
 * From the first to the last that is known of the pod; a living one goes on until now. `lastMs`: only so much of its
 * end.
 */
export function axisSpan({ pod, timeline }: Pick<Obituary, 'pod' | 'timeline'>, nowMs: number, lastMs?: number): Span {
  const isAlive = pod.diedAt === null && pod.outcome === 'running'
  const times = [pod.firstSeen, pod.lastSeen, pod.diedAt, ...timeline.map(({ time }) => time)].filter(
    (time) => time !== null,
  )
  const sorted = times.toSorted()
  const to = isAlive ? new Date(nowMs).toISOString() : sorted.at(-1)!
  const fromMs = Math.max(epochMs(sorted[0]!), lastMs === undefined ? -Infinity : epochMs(to) - lastMs)
  const from = new Date(fromMs).toISOString()
  return { from, to, fromMs, lengthMs: Math.max(1000, epochMs(to) - fromMs) }
}

const shareOf = (time: string, { fromMs, lengthMs }: Span): number =>
  Math.min(1, Math.max(0, (epochMs(time) - fromMs) / lengthMs))

/** A life that ended before the span has no bar. */
export const lanesOf = (containers: readonly Container[], span: Span): { name: string; bars: Bar[] }[] =>
  containers.map(({ name, lives }) => ({
    name,
    bars: lives.map((life) => barOf(life, span)).filter(({ to }) => to > 0),
  }))

/** Stretches of the end that are worth a look of their own, where the whole is much longer: their length in ms, and its text. */
export const closerLooks = ({ lengthMs }: Span): [lastMs: number, text: string][] =>
  looks.filter(([lastMs]) => lengthMs > 3 * lastMs)

const looks: [number, string][] = [
  [3_600_000, 'last hour'],
  [300_000, 'last 5 min'],
  [30_000, 'last 30 s'],
]

function barOf(life: Life, span: Span): Bar {
  const start = life.startedAt ?? life.firstLine
  const end = life.finishedAt ?? (life.outcome === 'running' ? span.to : life.lastLine)
  return {
    key: `${life.containerId}/${life.restart}`,
    life,
    from: start === null ? 0 : shareOf(start, span),
    to: end === null ? 1 : shareOf(end, span),
    time: life.lastLine ?? end ?? start ?? span.from,
    lastedMs: start === null || end === null ? undefined : epochMs(end) - epochMs(start),
    gaps: (life.seal?.gaps ?? []).map(({ from, to, reason }) => {
      const share = shareOf(from, span)
      return { from, share, width: shareOf(to, span) - share, reason }
    }),
  }
}

/** Pins nearer than this share of the axis to each other are one. */
const together = 0.006
const pinned = new Set(['event', 'node', 'deletion', 'replacement', 'pod'])

export function pinsOf(timeline: Obituary['timeline'], span: Span): Pin[] {
  const pins: Pin[] = []
  for (const { time, kind, text } of timeline) {
    if (!pinned.has(kind) || epochMs(time) < span.fromMs) continue
    const share = shareOf(time, span)
    const last = pins.at(-1)
    if (last !== undefined && share - last.share < together) {
      last.texts.push(text)
      if (kind !== 'event') last.kind = kind
    } else pins.push({ share, time, kind, texts: [text] })
  }
  return pins
}

const steps = [1, 5, 10, 30, 60, 300, 600, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 86_400, 7 * 86_400]
const tickWidth = 110

/** Round times along an axis that is so many pixels wide. */
export function ticksOf(span: Span, zone: Zone, width: number): { share: number; label: string }[] {
  const most = Math.floor(width / tickWidth)
  const stepMs = 1000 * (steps.find((step) => span.lengthMs / (step * 1000) <= most) ?? 30 * 86_400)
  const offsetMs = zone === 'utc' ? 0 : new Date(span.fromMs).getTimezoneOffset() * 60_000
  const first = Math.ceil((span.fromMs - offsetMs) / stepMs) * stepMs + offsetMs
  const ticks = []
  for (let ms = first; ms <= span.fromMs + span.lengthMs; ms += stepMs) {
    const share = (ms - span.fromMs) / span.lengthMs
    if (share < 0.97) ticks.push({ share, label: clockTime(new Date(ms).toISOString(), zone) })
  }
  return ticks
}

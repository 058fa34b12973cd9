// Pure: what happened to a pod, by time: its lives, its Events, its deletion, its node, the kernel's lines, its
// replacement.
import { clock } from '#shared/lifecycle/clock.ts'
import { oomLines } from '#shared/lifecycle/evidence-items.ts'
import { endInWords, nameOf, type LifeSurroundings } from '#shared/lifecycle/explain-life.ts'
import type { PodFacts, RenderedPod } from './pod.ts'
import type { ReplacementRow } from './rows.ts'

export const timelineKinds = ['pod', 'life', 'event', 'node', 'deletion', 'line', 'replacement'] as const

export interface TimelineItem {
  time: string
  kind: (typeof timelineKinds)[number]
  text: string
}

export interface TimelineSources {
  facts: PodFacts
  rendered: RenderedPod
  replacement: ReplacementRow | null
  around: LifeSurroundings
}

/** Returns items, oldest first. */
export function timeline({ facts, rendered, replacement, around }: TimelineSources): TimelineItem[] {
  const { row, events, node = [] } = facts
  const born = row?.createdAt ?? rendered.pod.firstSeen ?? ''
  const items: TimelineItem[] = [
    ...at(row?.createdAt, 'pod', 'the pod was made'),
    ...at(row?.deletedAt, 'deletion', 'its deletion was requested'),
    ...rendered.lives.flatMap((life) => {
      const numbered = life.restart === null ? '' : ` (life ${life.restart})`
      return [
        ...at(life.startedAt, 'life', `${nameOf(life)} started${numbered}`),
        ...at(life.finishedAt, 'life', `${endInWords(life, around)}${numbered}`),
        ...oomLines(life),
      ]
    }),
    ...events.map(({ reason, message, count, firstTime, lastTime }): TimelineItem => {
      const often = count > 1 ? ` (${count} times since ${clock(firstTime, lastTime)})` : ''
      return { time: lastTime, kind: 'event', text: `${reason}: ${message.trim()}${often}` }
    }),
    ...node
      .filter(({ since }) => since >= born)
      .map(({ what, status, since, reason, message }): TimelineItem => {
        const words = [`node: ${what} ${status}`, ...[reason, message.trim()].filter((word) => word !== '')]
        return { time: since, kind: 'node', text: words.join(', ') }
      }),
    ...replacementItems(replacement),
  ]
  return items.toSorted(byTime)
}

export const replacementItems = (replacement: ReplacementRow | null): TimelineItem[] =>
  at(
    replacement?.startedAt,
    'replacement',
    `${replacement?.name ?? ''} replaced it, on ${replacement?.node || 'no node yet'}`,
  )

/** Sorts the oldest first. */
export const byTime = (a: TimelineItem, b: TimelineItem): number => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0)

const at = (time: string | null | undefined, kind: TimelineItem['kind'], text: string): TimelineItem[] =>
  time === null || time === undefined ? [] : [{ time, kind, text }]

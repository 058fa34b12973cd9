import { expect, test } from 'vitest'
import type { Life, Obituary } from '#web/api/types.ts'
import { axisSpan, closerLooks, lanesOf, pinsOf, ticksOf } from '#web/pod/axis-model.ts'

const at = (seconds: number): string => new Date(Date.UTC(2026, 11, 1) + seconds * 1000).toISOString()
const span = { from: at(0), to: at(7200), fromMs: Date.parse(at(0)), lengthMs: 7_200_000 }

test('ticks stand at round times, and as many as the width takes', () => {
  expect(ticksOf(span, 'utc', 500).map(({ label }) => label)).toEqual(['00:00:00', '00:30:00', '01:00:00', '01:30:00'])
  expect(ticksOf({ ...span, lengthMs: 1000, to: at(1) }, 'utc', 1000).map(({ label }) => label)).toEqual(['00:00:00'])
})

test('events beside each other are one pin, which says all of them', () => {
  const timeline = [
    { time: at(10), kind: 'event', text: 'Scheduled' },
    { time: at(11), kind: 'event', text: 'Started' },
    { time: at(12), kind: 'life', text: 'app started' },
    { time: at(7000), kind: 'node', text: 'DiskPressure' },
  ] as Obituary['timeline']
  expect(pinsOf(timeline, span).map(({ kind, texts }) => [kind, ...texts])).toEqual([
    ['event', 'Scheduled', 'Started'],
    ['node', 'DiskPressure'],
  ])
})

test('the axis of a living pod goes on until now, that of a dead one ends with what is known', () => {
  const pod = { firstSeen: at(0), lastSeen: at(60), diedAt: null, outcome: 'running' } as Obituary['pod']
  expect(axisSpan({ pod, timeline: [] }, Date.parse(at(100))).to).toBe(at(100))
  expect(axisSpan({ pod: { ...pod, outcome: 'crashed', diedAt: at(50) }, timeline: [] }, Date.parse(at(100))).to).toBe(at(60))
})

test('a closer look at the end leaves out the lives and events before it', () => {
  const life = { restart: 0, containerId: 'a', startedAt: at(0), finishedAt: at(3000), outcome: 'crashed', seal: null } as Life
  const last = { ...life, restart: 1, containerId: 'b', startedAt: at(7000), finishedAt: at(7200) }
  const pod = { firstSeen: at(0), lastSeen: at(7200), diedAt: at(7200), outcome: 'crashed' } as Obituary['pod']
  const close = axisSpan({ pod, timeline: [] }, 0, 300_000)
  expect([close.from, close.lengthMs]).toEqual([at(6900), 300_000])
  const [lane] = lanesOf([{ name: 'app', lives: [life, last] }], close)
  expect(lane!.bars.map(({ key, from }) => [key, from])).toEqual([['b/1', 1 / 3]])
  expect(pinsOf([{ time: at(10), kind: 'event', text: 'Scheduled' }], close)).toEqual([])
  expect(closerLooks(span).map(([, text]) => text)).toEqual(['last 5 min', 'last 30 s'])
})

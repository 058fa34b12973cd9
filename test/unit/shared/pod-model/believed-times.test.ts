import { describe, expect, test } from 'vitest'
import { believedUntil, livesInTime, withBelievedTimes } from '#shared/pod-model/believed-times.ts'
import { renderPod } from '#shared/pod-model/pod.ts'
import type { LifeRow, PodRow } from '#shared/pod-model/rows.ts'

const at = (clock: string) => `2026-11-23T${clock}.000000000Z`
const far = '2104-01-01T00:00:00.000000000Z'
const until = believedUntil(Date.UTC(2026, 10, 23, 12))
const row: PodRow = {
  cluster: 'c',
  namespace: 'shop',
  name: 'cart',
  uid: 'u',
  mirrorUid: '',
  node: 'n',
  phase: 'Failed',
  reason: '',
  message: '',
  disruption: '',
  disruptionMessage: '',
  disruptionAt: null,
  waiting: {},
  ip: '',
  ownerKind: '',
  ownerName: '',
  createdAt: at('10:00:00'),
  startedAt: at('10:00:01'),
  deletedAt: null,
  gone: 0,
  statusAt: at('10:30:00'),
  readyAt: null,
}
const life: LifeRow = {
  cluster: 'c',
  namespace: 'shop',
  pod: 'cart',
  uid: 'u',
  container: 'app',
  kind: 'container',
  restart: 0,
  containerId: 'a',
  node: 'n',
  state: 'terminated',
  startedAt: at('10:00:05'),
  finishedAt: at('10:30:00'),
  reason: 'Error',
  message: '',
  exitCode: 1,
  signal: null,
  image: '',
  imageId: '',
  version: '1',
}
const render = (pod: Partial<PodRow>, ofLife: Partial<LifeRow> = {}) =>
  renderPod({
    uid: 'u',
    row: withBelievedTimes({ ...row, ...pod }, until),
    lives: [{ ...life, ...ofLife }],
    events: [],
    lines: [],
    counts: [],
    believedUntil: until,
  }).pod

describe('a time that is more than an hour ahead of when its fact was stored', () => {
  test('is none: the pod keeps its place in lists by its other times', () => {
    expect(render({}, { finishedAt: far })).toMatchObject({ outcome: 'crashed', exitCode: 1, diedAt: at('10:30:00') })
    expect(render({ createdAt: far })).toMatchObject({ firstSeen: at('10:00:01') })
    expect(render({ createdAt: far, startedAt: far })).toMatchObject({ firstSeen: at('10:00:05') })
    expect(render({ createdAt: far, startedAt: far }, { startedAt: far })).toMatchObject({ firstSeen: at('10:30:00') })
  })
  test('is one within the hour', () => {
    expect(render({}, { finishedAt: at('12:59:59') }).diedAt).toBe(at('12:59:59'))
    expect(render({}, { finishedAt: at('13:00:01') }).diedAt).toBe(at('10:30:00'))
  })
  test('of a deletion leaves the deletion', () => {
    expect(withBelievedTimes({ ...row, deletedAt: far }, until).deletedAt).toBe(at('10:30:00'))
    expect(withBelievedTimes({ ...row, deletedAt: far, statusAt: null }, until).deletedAt).toBe(until)
    expect(withBelievedTimes({ ...row, deletedAt: at('10:29:00') }, until).deletedAt).toBe(at('10:29:00'))
  })
  test('is no start of a container', () => {
    const kept = { ...life, message: '' }
    expect(livesInTime([{ ...kept, startedAt: far }], until)[0]).toMatchObject({ startedAt: null, finishedAt: at('10:30:00') })
  })
})

import { describe, expect, test } from 'vitest'
import { joinLives } from '#shared/pod-model/pod-lives.ts'
import { renderPod, type PodFacts } from '#shared/pod-model/pod.ts'
import type { LifeLinesRow, LifeRow, LineCountRow } from '#shared/pod-model/rows.ts'

const at = (clock: string) => `2026-11-23T${clock}.000000000Z`
const of = { uid: 'u', cluster: 'c', namespace: 'shop', pod: 'cart', container: 'app' }
const life = (restart: number, more: Partial<LifeRow> = {}): LifeRow => ({
  ...of,
  kind: 'container',
  restart,
  containerId: `id-of-life-number-${restart}`,
  node: 'n',
  state: 'terminated',
  startedAt: at('10:00:00'),
  finishedAt: at('10:10:00'),
  reason: 'Error',
  message: '',
  exitCode: 1,
  signal: null,
  image: '',
  imageId: '',
  version: String(restart),
  ...more,
})
const spoke = (restart: number, more: Partial<LifeLinesRow> = {}): LifeLinesRow => ({
  ...of,
  restart,
  containerId: '',
  node: 'n',
  firstLine: at('10:01:00'),
  lastLine: at('10:02:00'),
  nameless: 0,
  sentContainer: 'app',
  sentRestart: restart,
  fragments: 0,
  ...more,
})
const counted = (restart: number, lines: number, more: Partial<LineCountRow> = {}): LineCountRow => ({
  ...of,
  restart,
  containerId: '',
  lines: String(lines),
  stored: String(lines),
  ...more,
})
const facts = (more: Partial<PodFacts>): PodFacts => ({
  uid: 'u',
  row: null,
  lives: [],
  events: [],
  lines: [],
  counts: [],
  ...more,
})

describe('lives that lines tell of', () => {
  test('are joined with those of the object by restart, or by container id', () => {
    const lives = joinLives({
      lives: [life(0), life(1)],
      lines: [spoke(0), spoke(-1, { containerId: 'id-of-life-number-1' })],
      counts: [counted(0, 3), counted(-1, 4, { containerId: 'id-of-life-number-1' })],
    })
    expect(lives.map(({ restart, lines, firstLine }) => [restart, lines, firstLine])).toEqual([
      [0, 3, at('10:01:00')],
      [1, 4, at('10:01:00')],
    ])
  })
  test('are joined by an id that the log file’s name cut short', () => {
    expect(joinLives({ lives: [life(1)], lines: [spoke(-1, { containerId: 'id-of-life-n' })], counts: [] })).toHaveLength(1)
  })
  test('stand by themselves where nothing matches, without a number', () => {
    const lives = joinLives({
      lives: [life(0)],
      lines: [spoke(-1, { containerId: 'other-container' }), spoke(-1)],
      counts: [counted(-1, 2, { containerId: 'other-container' }), counted(-1, 5)],
    })
    expect(lives.map(({ restart, containerId, lines }) => [restart, containerId, lines])).toEqual([
      [null, '', 5],
      [null, 'other-container', 2],
      [0, 'id-of-life-number-0', 0],
    ])
  })
  test('with a number and without one are of one life where they have one id, in whatever order they are read', () => {
    const lines = [
      spoke(-1, { containerId: 'x', firstLine: at('09:00:00') }),
      spoke(0),
      spoke(0, { containerId: 'x', firstLine: at('10:02:00') }),
    ]
    const counts = [counted(-1, 3, { containerId: 'x' }), counted(0, 6)]
    for (const read of [lines, lines.toReversed(), [lines[1]!, lines[0]!, lines[2]!]])
      expect(joinLives({ lives: [], lines: read, counts })).toMatchObject([
        { restart: 0, containerId: 'x', lines: 9, firstLine: at('09:00:00') },
      ])
  })
  test('two rows of one life are one life', () => {
    const lives = joinLives({
      lives: [],
      lines: [spoke(2), spoke(2, { containerId: 'x', firstLine: at('09:00:00') })],
      counts: [counted(2, 1), counted(2, 2, { containerId: 'x' })],
    })
    expect(lives).toMatchObject([{ restart: 2, containerId: 'x', lines: 3, firstLine: at('09:00:00'), lastLine: at('10:02:00') }])
  })
})

describe('two instances of one number', () => {
  const [first, second] = [
    life(0, { containerId: 'b1', version: '1', startedAt: at('08:00:00') }),
    life(0, { containerId: 'b2', version: '2', startedAt: at('10:00:00') }),
  ]
  const ids = (lives: readonly { containerId: string; lines: number }[]) =>
    lives.map(({ containerId, lines }) => [containerId, lines] as const)
  test('have the lines that came with their ids, and an id that nobody told of has its own', () => {
    const lives = joinLives({
      lives: [second, first],
      lines: [spoke(0, { containerId: 'b1' }), spoke(0, { containerId: 'b2' }), spoke(0, { containerId: 'b3' })],
      counts: [counted(0, 1, { containerId: 'b1' }), counted(0, 2, { containerId: 'b2' }), counted(0, 3, { containerId: 'b3' })],
    })
    expect(ids(lives)).toHaveLength(3)
    expect(new Map(ids(lives))).toEqual(
      new Map([
        ['b1', 1],
        ['b2', 2],
        ['b3', 3],
      ]),
    )
  })
  test('leave lines that no time and no id puts anywhere to the last', () => {
    expect(ids(joinLives({ lives: [second, first], lines: [spoke(0)], counts: [counted(0, 4)] }))).toEqual([
      ['b1', 0],
      ['b2', 4],
    ])
  })
})

test('restarts are summed over the containers that do the work', () => {
  const lives = [
    life(3),
    life(2),
    life(4, { container: 'proxy', kind: 'sidecar' }),
    life(9, { container: 'migrate', kind: 'init' }),
  ]
  expect(renderPod(facts({ lives })).pod.restarts).toBe(7)
  expect(renderPod(facts({ lines: [spoke(-1)] })).pod.restarts).toBeNull()
})

test('containers come in the order they start in', () => {
  const lives = [
    life(0, { container: 'zebra' }),
    life(0),
    life(0, { container: 'debug', kind: 'ephemeral' }),
    life(0, { container: 'migrate', kind: 'init' }),
  ]
  expect(renderPod(facts({ lives })).pod.containers.map(({ name }) => name)).toEqual(['migrate', 'app', 'zebra', 'debug'])
})

test('a pod that only Events told of is seen when they were', () => {
  const event = (clock: string) => ({
    uid: 'u',
    cluster: 'c',
    namespace: 'shop',
    pod: 'cart',
    type: 'Warning',
    reason: 'Evicted',
    message: 'low on memory',
    fieldPath: '',
    firstTime: at(clock),
    lastTime: at(clock),
    count: 1,
    component: 'kubelet',
    host: 'node-3',
  })
  expect(renderPod(facts({ events: [event('10:00:00'), event('10:05:00')] })).pod).toMatchObject({
    name: 'cart',
    node: 'node-3',
    outcome: 'evicted',
    firstSeen: at('10:00:00'),
    lastSeen: at('10:05:00'),
    lines: 0,
    containers: [],
  })
})

test("the signal of a life is the runtime's word, or what its exit code stands for, unless that was made up", () => {
  const signalOf = (more: Partial<LifeRow>) => renderPod(facts({ lives: [life(0, more)] })).pod.containers[0]!.lives[0]!.signal
  expect([137, 139, 143, 134].map((exitCode) => signalOf({ exitCode }))).toEqual([9, 11, 15, 6])
  expect([0, 1, 127, 128, 200, 255, -1073741819, null].map((exitCode) => signalOf({ exitCode }))).toEqual(Array(8).fill(null))
  expect(signalOf({ exitCode: 1, signal: 6 })).toBe(6)
  expect(signalOf({ exitCode: 137, reason: 'ContainerStatusUnknown' })).toBeNull()
})

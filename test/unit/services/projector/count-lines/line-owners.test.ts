import { expect, test } from 'vitest'
import { ownersOf } from '#projector/count-lines/line-owners.ts'
import type { PodFacts } from '#shared/pod-model/pod.ts'
import type { LifeLinesRow, LineLife } from '#shared/pod-model/rows.ts'

const life: LineLife = {
  uid: '',
  cluster: 'c',
  namespace: 'shop',
  pod: 'web-0',
  container: 'app',
  restart: -1,
  containerId: 'aaa',
}
const led = (row: Partial<LifeLinesRow>): LifeLinesRow => ({
  ...life,
  uid: 'uid-1',
  node: '',
  firstLine: '',
  lastLine: '',
  nameless: 1,
  sentContainer: life.container,
  sentRestart: -1,
  fragments: 0,
  ...row,
})
const podOf = (...lines: LifeLinesRow[]): PodFacts => ({ uid: 'uid-1', row: null, lives: [], events: [], lines, counts: [] })

test('rows under a uid that lines of the pod carry are its own, each once', () => {
  const [own, other] = [
    { ...life, uid: 'uid-1' },
    { ...life, uid: 'uid-2' },
  ]
  const carried = led({ nameless: 0, restart: 0 })
  expect(ownersOf([own, other])(podOf(carried, { ...carried, restart: 1 }))).toEqual([own])
})

test('a row without uid or restart is that of the pod whose container it names, under the name and number that are known of it', () => {
  const rows = [
    life,
    { ...life, containerId: 'bbb' },
    { ...life, cluster: 'd' },
    { ...life, pod: 'web-1' },
    { ...life, container: 'x' },
  ]
  expect(ownersOf(rows)(podOf(led({ container: 'main', restart: 3 })))).toEqual([{ ...life, container: 'main', restart: 3 }])
})

test('a row without uid that has a restart is found by it, whichever container id it carries', () => {
  const row = { ...life, restart: 2, containerId: 'bbb' }
  const lines = [
    led({ sentRestart: 2, restart: 5 }),
    led({ sentRestart: 2, restart: 6, containerId: 'ccc' }),
    led({ sentRestart: 1 }),
  ]
  expect(ownersOf([row, { ...row, restart: 4 }])(podOf(...lines))).toEqual([{ ...row, restart: 5 }])
})

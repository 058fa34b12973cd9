import { describe, expect, test } from 'vitest'
import { listTransitions, numbered, transitionsOf } from '#shared/pod-model/transitions.ts'
import type { LifeRow, PodRow } from '#shared/pod-model/rows.ts'

const row = (more: Partial<PodRow> = {}) => ({ node: 'node-1', phase: 'Running', gone: 0, ...more }) as PodRow
const life = (restart: number, state: string) => ({ container: 'app', restart, state }) as LifeRow
const day = 86_400_000

describe('transitions of', () => {
  test.each<[string, Parameters<typeof transitionsOf>[0], string[]]>([
    ['a pod that no object reports: none', { row: null, lives: [life(0, 'running')] }, []],
    ['a pod without a node', { row: row({ node: '' }), lives: [] }, ['born']],
    ['a pod that runs', { row: row(), lives: [life(0, 'running')] }, ['born', 'placed', 'started 0 app']],
    ['a pod that is to be deleted: it is not over', { row: row({ deletedAt: '2026' }), lives: [] }, ['born', 'placed']],
    ['a pod that is gone', { row: row({ gone: 1 }), lives: [] }, ['born', 'placed', 'over']],
    [
      'a pod whose last container failed',
      { row: row({ phase: 'Failed' }), lives: [life(0, 'terminated')] },
      ['born', 'placed', 'over', 'started 0 app', 'ended 0 app'],
    ],
  ])('%s', (_, facts, names) => {
    expect(Object.keys(transitionsOf(facts))).toEqual(names)
  })
})

describe('the number of a transition is', () => {
  const both = { born: 0, over: 0 }
  test('when the first record of its pod was stored', () => {
    expect(numbered(both, undefined, { now: 5 * day, factsAt: 5 * day - 100 })).toEqual({ born: 5 * day, over: 5 * day })
  })
  test('when its facts were stored, where those are older than records', () => {
    expect(numbered(both, undefined, { now: 5 * day, factsAt: day })).toEqual({ born: day, over: day })
  })
  test('what the record of before says, also of what the facts do not say any more', () => {
    expect(numbered({ born: 0 }, { transitions: { born: 7, over: 8 } }, { now: 9, factsAt: 9 })).toEqual({ born: 7, over: 8 })
  })
  test('that of the record that has it first', () => {
    expect(numbered(both, { transitions: { born: 7 } }, { now: 9, factsAt: 9 })).toEqual({ born: 7, over: 9 })
  })
  test('0 where the record of before has no numbers yet', () => {
    expect(numbered(both, {}, { now: 9, factsAt: 9 })).toEqual({ born: 0, over: 0 })
  })
})

test('a list of transitions says what they are of', () => {
  expect(listTransitions({ over: 5, 'ended 2 app': 6 })).toEqual([
    { what: 'over', container: '', restart: -1, at: 5 },
    { what: 'ended', container: 'app', restart: 2, at: 6 },
  ])
  expect(listTransitions(undefined)).toEqual([])
})

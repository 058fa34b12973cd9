import { expect, test } from 'vitest'
import { parseLastWords } from '#shared/retention/retention.ts'
import { wordsWindows } from '#projector/obituaries/last-words-windows.ts'
import { renderPod, type PodFacts } from '#shared/pod-model/pod.ts'
import { formatTime } from '#shared/time/format-time.ts'
import type { LifeLinesRow, LifeRow } from '#shared/pod-model/rows.ts'

const at = (clock: string): string => `2026-11-23T${clock}.000000000Z`
interface LifeTimes {
  started?: string | null
  finished: string | null
  first: string
  last: string
  exitCode?: number
}

function factsOf(lives: readonly LifeTimes[], carried: Partial<LifeLinesRow> = {}): PodFacts {
  const named = { uid: 'u', cluster: 'c', namespace: 'shop', pod: 'p', container: 'app', node: 'n', containerId: '' }
  return {
    uid: 'u',
    row: null,
    events: [],
    counts: [],
    lives: lives.map(({ started = '09:00:00', finished, exitCode = 1 }, restart): LifeRow => ({
      ...named,
      kind: 'container',
      restart,
      state: 'terminated',
      startedAt: started === null ? null : at(started),
      finishedAt: finished === null ? null : at(finished),
      reason: exitCode === 0 ? 'Completed' : 'Error',
      message: '',
      exitCode,
      signal: null,
      image: '',
      imageId: '',
      version: '1',
    })),
    lines: lives.map(({ first, last }, restart): LifeLinesRow => ({
      ...named,
      restart,
      firstLine: at(first),
      lastLine: at(last),
      nameless: 0,
      sentContainer: 'app',
      sentRestart: restart,
      fragments: 0,
      ...carried,
    })),
  }
}
function spansOf(lives: readonly LifeTimes[], words = ''): string[] {
  const facts = factsOf(lives)
  return wordsWindows('t', facts, renderPod(facts), parseLastWords(words)).map(
    ({ from, to }) => `${formatTime(from).slice(11, 19)}-${formatTime(to).slice(11, 19)}`,
  )
}

test('the first five minutes and the last fifteen of a life that ended badly', () => {
  expect(spansOf([{ finished: '12:00:00', first: '09:00:00', last: '12:00:00' }])).toEqual([
    '09:00:00-09:05:00',
    '11:45:00-12:00:00',
  ])
})

test('as much as the setting says', () => {
  expect(spansOf([{ finished: '12:00:00', first: '09:00:00', last: '12:00:00' }], 'first=30s,last=1h')).toEqual([
    '09:00:00-09:00:30',
    '11:00:00-12:00:00',
  ])
})

test('none of a life that ended well', () => {
  expect(spansOf([{ finished: '12:00:00', first: '09:00:00', last: '12:00:00', exitCode: 0 }])).toEqual([])
})

test('last words are those before the last line where it fell silent before its end, also where it spoke late first', () => {
  expect(spansOf([{ finished: '12:00:00', first: '09:30:00', last: '11:00:00' }])).toEqual([
    '09:00:00-09:35:00',
    '10:45:00-12:00:00',
  ])
})

test('without times from Kubernetes, the lines tell when it began and ended', () => {
  expect(spansOf([{ started: null, finished: null, first: '09:00:00', last: '12:00:00' }])).toEqual([
    '09:00:00-09:05:00',
    '11:45:00-12:00:00',
  ])
})

test('a crash loop is one window', () => {
  const loop = Array.from({ length: 5 }, (_, i) => ({
    started: `09:0${i}:00`,
    finished: `09:0${i}:30`,
    first: `09:0${i}:00`,
    last: `09:0${i}:30`,
  }))
  expect(spansOf(loop)).toEqual(['08:45:30-09:09:00'])
})

test('lines without a uid are found by the names that they carry', () => {
  const facts = factsOf([{ finished: '12:00:00', first: '09:00:00', last: '12:00:00' }], { nameless: 1, sentContainer: 'sent' })
  const [window] = wordsWindows('t', facts, renderPod(facts), parseLastWords(''))
  expect(window).toMatchObject({ tenant: 't', namespace: 'shop', pod: 'p', podUid: '', container: 'sent' })
})

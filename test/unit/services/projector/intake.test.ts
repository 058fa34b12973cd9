// Which changed lines have a pod projected, and its lines counted again.
import { expect, test } from 'vitest'
import type { ChangeStream, FactChange, LinesChange } from '#projector/change-feed.ts'
import { createIntake } from '#projector/intake.ts'
import { createKnownPods } from '#projector/known-pods.ts'
import { createWorkQueue } from '#projector/work-queue.ts'
import type { PodRecord } from '#shared/pod-model/record.ts'
import type { Reading } from '#shared/store-reading/reading.ts'

const stream = <Change>(changes: () => Change[]): ChangeStream<Change> => ({
  take: (use) => use(changes()),
  position: 0,
  isBehind: false,
})
const noFacts = stream<FactChange>(() => [])

const record = { selectors: { uids: ['a'], runningLives: ['runs'] }, lives: [] } as unknown as PodRecord

/** Whether lines are counted again, of each pod that lines of `lives` have projected. */
async function recounts(lives: string[], withLines?: ReadonlySet<string>): Promise<boolean[]> {
  const known = createKnownPods({ rows: async () => [] })
  known.set('default', record, withLines)
  const queue = createWorkQueue()
  const change: LinesChange = { tenant: 'default', uid: 'a', lives, at: 1, detail: '' }
  const intake = createIntake({
    reading: {} as Reading,
    feed: { facts: noFacts, lines: stream(() => [change]) },
    queue,
    known,
    upgrade: { next: async () => undefined, isDone: true },
  })
  await intake.takeChanges(2)
  return queue.take(Infinity, 10).map(({ recount }) => recount)
}

const all = new Set(['runs', 'ended'])

test('lines of a running life have nothing projected', async () => {
  expect(await recounts(['runs'], all)).toEqual([])
})

test('lines of an ended life have the lines of the pod counted again', async () => {
  expect(await recounts(['ended'], all)).toEqual([true])
  expect(await recounts(['runs', 'ended'], all)).toEqual([true])
})

test('lines of a life that is new leave the numbers of the others as they are on record', async () => {
  expect(await recounts(['new'], all)).toEqual([false])
  expect(await recounts(['new', 'ended'], all)).toEqual([true])
})

test('where it is not known which lives have ended, lines are counted again', async () => {
  expect(await recounts(['new'])).toEqual([true])
  const many = new Set(Array.from({ length: 101 }, (_, i) => `life ${i}`))
  expect(await recounts(['new'], many)).toEqual([true])
})

test('a pod whose lines go on coming is projected five times at once, and then less and less often', async () => {
  const known = createKnownPods({ rows: async () => [] })
  const queue = createWorkQueue()
  let at = 0
  const intake = createIntake({
    reading: {} as Reading,
    feed: {
      facts: noFacts,
      lines: stream(() => [{ tenant: 'default', uid: 'a', lives: ['new'], at: at++, detail: '' }]),
    },
    queue,
    known,
    upgrade: { next: async () => undefined, isDone: true },
  })
  const waits: number[] = []
  for (let i = 0; i < 15; i++) {
    const nowMs = performance.now()
    await intake.takeChanges(2, 'all')
    // Lines that come while the pod waits do not put it off.
    await intake.takeChanges(2, 'all')
    waits.push(Math.round((queue.nextDueAt()! - nowMs) / 100) / 10)
    queue.take(Infinity, 1)
  }
  expect(waits).toEqual([0.3, 0.3, 0.3, 0.3, 0.3, 0.6, 1.2, 2.4, 4.8, 9.6, 19.2, 38.4, 60, 60, 60])
})

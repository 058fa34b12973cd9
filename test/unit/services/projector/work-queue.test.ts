import { expect, test } from 'vitest'
import { createWorkQueue, type Work } from '#projector/work-queue.ts'

const work = (more: Partial<Work> = {}): Work => ({
  tenant: 't',
  uid: 'a',
  since: 100,
  dueAt: 10,
  attempts: 0,
  factAt: 0,
  isRelated: false,
  recount: false,
  ...more,
})
const queueOf = (...works: Work[]) => {
  const queue = createWorkQueue()
  for (const one of works) queue.add(one)
  return queue
}

test('a pod stands in it once, from its earliest change, due when the first of them is', () => {
  const queue = queueOf(work({ dueAt: 50, attempts: 2 }), work({ since: 90, dueAt: 70, isRelated: true }), work({ dueAt: 20 }))
  expect(queue.size).toBe(1)
  expect(queue.take(20, 10)).toEqual([work({ since: 90, dueAt: 20, attempts: 2 })])
  expect([queue.size, queue.nextDueAt(), queue.oldest()]).toEqual([0, undefined, undefined])
})

test('what is due leaves it, earliest first and at most so many; what is not stays', () => {
  const queue = queueOf(...[5, 3, 9, 4].map((dueAt) => work({ uid: `p${dueAt}`, dueAt })))
  expect(queue.take(5, 2).map(({ uid }) => uid)).toEqual(['p3', 'p4'])
  expect(queue.take(5, 2).map(({ uid }) => uid)).toEqual(['p5'])
  expect(queue.take(5, 2)).toEqual([])
  expect([queue.size, queue.nextDueAt()]).toEqual([1, 9])
})

test('of two tenants, and of pods that changed and those that others led to, one kind is taken at a time', () => {
  const queue = queueOf(
    work({ uid: 'a', dueAt: 1 }),
    work({ uid: 'b', dueAt: 2, tenant: 'other' }),
    work({ uid: 'c', dueAt: 3, isRelated: true }),
    work({ uid: 'd', dueAt: 4 }),
  )
  const taken = () => queue.take(10, 10).map(({ uid }) => uid)
  expect([taken(), taken(), taken(), taken()]).toEqual([['a', 'd'], ['b'], ['c'], []])
})

test('the earliest change that waits is known, also among those due by then', () => {
  const queue = queueOf(work({ uid: 'a', since: 7, dueAt: 1000 }), work({ uid: 'b', since: 9, dueAt: 10 }))
  expect([queue.oldest(), queue.oldest(10), queue.oldest(9)]).toEqual([7, 9, undefined])
})

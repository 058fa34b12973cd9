import { expect, test } from 'vitest'
import { createLargePods } from '#projector/large-pods.ts'
import type { Work } from '#projector/work-queue.ts'

const work = (uid: string, since: number): Work => ({
  tenant: 'default',
  uid,
  since,
  dueAt: 0,
  attempts: 0,
  factAt: 0,
  isRelated: false,
  recount: true,
})

/** Counts that end when a test says so. */
function manual() {
  const counted: string[] = []
  let end = (): void => undefined
  const large = createLargePods(({ uid }) => {
    counted.push(uid)
    return new Promise((resolve) => void (end = () => resolve(true)))
  })
  const next = async (): Promise<void> => {
    end()
    await large.stop()
  }
  return { large, counted, next }
}

/** Counts that take 10 ms each, by a clock of its own. */
function timed() {
  let nowMs = 0
  const counted: string[] = []
  const large = createLargePods(
    async ({ uid }) => {
      counted.push(uid)
      nowMs += 10
      return true
    },
    () => nowMs,
  )
  return { large, counted, wait: (ms: number) => void (nowMs += ms) }
}

test('one pod is counted at a time, each once, in the order in which they came', async () => {
  const { large, counted, next } = manual()
  for (const uid of ['a', 'b', 'a']) large.add(work(uid, 1))
  large.start()
  large.start()
  expect(counted).toEqual(['a'])
  await next()
  large.start()
  expect(counted).toEqual(['a', 'b'])
  await next()
  large.start()
  expect(counted).toEqual(['a', 'b'])
  expect(large.size).toBe(0)
})

test('the earliest change stays known until its pod has been counted, and a change meanwhile has it counted again', async () => {
  const { large, counted, next } = manual()
  large.add(work('a', 5))
  large.add(work('a', 3))
  large.start()
  expect([large.oldest(), large.oldestNew(), large.size]).toEqual([3, 3, 1])
  large.add(work('a', 9))
  expect([large.oldest(), large.size]).toEqual([3, 2])
  await next()
  expect([large.oldest(), large.oldestNew(), large.size]).toEqual([9, undefined, 1])
  large.start()
  await next()
  expect(counted).toEqual(['a', 'a'])
  expect([large.oldest(), large.size]).toEqual([undefined, 0])
})

test('drain counts all that wait', async () => {
  const counted: string[] = []
  const large = createLargePods(async ({ uid }) => counted.push(uid) > 0)
  for (const uid of ['a', 'b', 'c']) large.add(work(uid, 1))
  await large.drain()
  expect(counted).toEqual(['a', 'b', 'c'])
})

test('pods that are counted again are paused for nine times as long as that took, and a new one is not', async () => {
  const { large, counted, wait } = timed()
  const next = async (...uids: string[]): Promise<void> => {
    for (const uid of uids) large.add(work(uid, 1))
    large.start()
    await large.stop()
  }
  await next('a')
  await next('a')
  expect(counted).toEqual(['a', 'a'])
  await next('a')
  wait(89)
  await next('b')
  expect(counted).toEqual(['a', 'a', 'b'])
  await next()
  expect(counted).toEqual(['a', 'a', 'b', 'a'])
})

test('a pod that an earlier process had counted is counted again like one of this process, until a life of it ends', async () => {
  const { large, counted } = timed()
  large.add(work('a', 1), true)
  expect(large.oldestNew()).toBeUndefined()
  for (const uid of ['a', 'b']) large.add(work(uid, 1), true)
  large.start()
  await large.stop()
  large.start()
  expect(counted).toEqual(['a'])
  large.add(work('b', 1), undefined)
  large.start()
  expect(counted).toEqual(['a'])
  large.add(work('b', 1), false)
  expect(large.oldestNew()).toBe(1)
  large.start()
  await large.stop()
  expect(counted).toEqual(['a', 'b'])
})

test('a life that ends while its pod is counted, and a count that fails, leave the pod as one to be counted at once', async () => {
  const { large, counted, next } = manual()
  large.add(work('a', 1), true)
  large.start()
  large.add(work('a', 2), false)
  await next()
  expect([large.oldestNew(), large.size]).toEqual([2, 1])
  large.start()
  await next()
  expect(counted).toEqual(['a', 'a'])

  const failing = createLargePods(() => Promise.resolve(false))
  failing.add(work('b', 3))
  await failing.drain()
  failing.add(work('b', 3))
  expect(failing.oldestNew()).toBe(3)
})

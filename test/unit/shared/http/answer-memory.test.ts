import { afterEach, expect, test, vi } from 'vitest'
import { createAnswerBudget } from '#shared/http/answer-memory.ts'

const MiB = 1024 * 1024

afterEach(() => void vi.useRealTimers())

test('answers get room up to the budget, and those that wait get it in order once others give it back', async () => {
  const budget = createAnswerBudget(100 * MiB)
  const [first, second, third] = [budget.open(), budget.open(), budget.open()]
  await first.room(60 * MiB, { mayPause: false })
  const order: string[] = []
  const waiting = [
    second.room(50 * MiB, { mayPause: false }).then(() => order.push('second')),
    third.room(40 * MiB, { mayPause: true }).then(() => order.push('third')),
  ]
  expect([budget.heldBytes, budget.isShort]).toEqual([100 * MiB, true])
  first.hold(10 * MiB)
  await Promise.all(waiting)
  expect(order).toEqual(['third', 'second'])
  expect(budget.heldBytes).toBe(100 * MiB)
})

test('a request that waits too long is refused, and a stream pauses until its client leaves', async () => {
  vi.useFakeTimers()
  const budget = createAnswerBudget(10 * MiB)
  budget.open().hold(10 * MiB)
  const leaving = new AbortController()
  const refused = budget.open().room(5 * MiB, { mayPause: false })
  const paused = budget.open().room(5 * MiB, { mayPause: true, signal: leaving.signal })
  const outcomes = Promise.allSettled([refused, paused])
  await vi.advanceTimersByTimeAsync(60_000)
  leaving.abort(new Error('left'))
  expect((await outcomes).map((one) => (one as PromiseRejectedResult).reason)).toEqual([
    expect.objectContaining({ code: 'overloaded', status: 503, retryAfterS: 2 }),
    new Error('left'),
  ])
  expect([budget.heldBytes, budget.isShort]).toEqual([10 * MiB, false])
})

test('small answers are let in beside large ones, and one answer alone may be larger than the budget', async () => {
  const budget = createAnswerBudget(10 * MiB)
  const large = budget.open()
  await large.room(15 * MiB, { mayPause: false })
  const small = Array.from({ length: 3 }, () => budget.open())
  for (const one of small.slice(0, 2)) await one.room(2 * MiB, { mayPause: false })
  const last = small[2]!.room(2 * MiB, { mayPause: true })
  expect(budget.isShort).toBe(true)
  large.hold(0)
  await last
})

test('an answer that is over holds nothing, though a read of it ends later', async () => {
  const budget = createAnswerBudget(10 * MiB)
  const left = budget.open()
  await left.room(8 * MiB, { mayPause: false })
  left.close()
  left.hold(8 * MiB)
  await left.room(8 * MiB, { mayPause: false })
  expect(budget.heldBytes).toBe(0)
  const signal = AbortSignal.abort(new Error('left'))
  await expect(budget.open().room(MiB, { mayPause: true, signal })).rejects.toThrow('left')
})

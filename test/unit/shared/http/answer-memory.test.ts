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
  expect([budget.heldBytes, budget.isShort]).toEqual([60 * MiB, true])
  first.hold(10 * MiB)
  await Promise.all(waiting)
  expect(order).toEqual(['second', 'third'])
  expect(budget.heldBytes).toBe(100 * MiB)
})

test('a large answer that waits is not overtaken, whoever comes meanwhile', async () => {
  const budget = createAnswerBudget(100 * MiB)
  const held = Array.from({ length: 10 }, () => budget.open())
  for (const one of held) await one.room(10 * MiB, { mayPause: true })
  const large = budget.open().room(90 * MiB, { mayPause: true })
  // Each takes the room of one that ends, and gives it to the next one.
  for (const one of held) {
    void budget.open().room(10 * MiB, { mayPause: true })
    one.close()
  }
  await large
  expect(budget.heldBytes).toBe(100 * MiB)
})

test('who leaves the queue lets those behind it in, and who holds something already waits for nobody', async () => {
  const budget = createAnswerBudget(100 * MiB)
  const holder = budget.open()
  await holder.room(60 * MiB, { mayPause: false })
  const leaving = new AbortController()
  const large = budget.open().room(80 * MiB, { mayPause: true, signal: leaving.signal })
  const behind = budget.open().room(10 * MiB, { mayPause: true })
  await holder.room(70 * MiB, { mayPause: false })
  expect(budget.heldBytes).toBe(70 * MiB)
  leaving.abort(new Error('left'))
  await expect(large).rejects.toThrow('left')
  await behind
  expect([budget.heldBytes, budget.isShort]).toEqual([80 * MiB, false])
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

test('small answers have room beside large ones, and one answer alone may be larger than the budget', async () => {
  const budget = createAnswerBudget(10 * MiB)
  const large = budget.open()
  await large.room(15 * MiB, { mayPause: false })
  void budget.open().room(20 * MiB, { mayPause: true })
  const small = Array.from({ length: 6 }, () => budget.open())
  for (const one of small.slice(0, 5)) await one.room(2 * MiB, { mayPause: false })
  expect(budget.heldBytes).toBe(25 * MiB)
  const last = small[5]!.room(2 * MiB, { mayPause: true })
  small[0]!.hold(0)
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

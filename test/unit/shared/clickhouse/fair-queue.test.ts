import { expect, test } from 'vitest'
import { createFairQueue } from '#shared/clickhouse/fair-queue.ts'

const all = (): boolean => true
const client = (tenant: string, name: string) => ({ tenant, name })

/** Everything that waits, in the order in which it is served. */
function drain(queue: { take(mayEnter: () => boolean): string | undefined }): string[] {
  const order: string[] = []
  for (let next = queue.take(all); next !== undefined; next = queue.take(all)) order.push(next)
  return order
}

test('clients take turns, and what one asks for keeps its order', () => {
  const queue = createFairQueue<string>()
  for (const name of ['a1', 'a2', 'a3']) queue.add(client('t', 'a'), name)
  for (const name of ['b1', 'b2']) queue.add(client('t', 'b'), name)
  expect(drain(queue)).toEqual(['a1', 'b1', 'a2', 'b2', 'a3'])
  expect(queue.size).toBe(0)
})

test('a tenant with many clients has as many turns as one with a single client', () => {
  const queue = createFairQueue<string>()
  for (const name of ['a', 'b', 'c']) queue.add(client('many', name), `many-${name}`)
  for (const name of ['1', '2', '3']) queue.add(client('one', 'x'), `one-${name}`)
  expect(drain(queue)).toEqual(['many-a', 'one-1', 'many-b', 'one-2', 'many-c', 'one-3'])
})

test('of one client, what is under way goes on, and lets one that begins pass after four turns', () => {
  const queue = createFairQueue<string>()
  const own = client('t', 'a')
  for (const name of ['new 1', 'new 2', 'new 3']) queue.add(own, name)
  for (const name of ['on 1', 'on 2', 'on 3', 'on 4', 'on 5']) queue.add(own, name, true)
  expect([queue.sizeOf(own), queue.remove(own, 'on 3'), queue.remove(own, 'on 3')]).toEqual([8, true, false])
  queue.add(own, 'on 6', true)
  expect(drain(queue)).toEqual(['on 1', 'on 2', 'on 4', 'on 5', 'new 1', 'on 6', 'new 2', 'new 3'])
})

test('one that comes late waits for one thing of each other client at most', () => {
  const queue = createFairQueue<string>()
  for (let n = 0; n < 50; n++) queue.add(client('t', 'broad'), `broad-${n}`)
  queue.take(all)
  queue.add(client('t', 'narrow'), 'narrow')
  expect(drain(queue).indexOf('narrow')).toBeLessThanOrEqual(1)
})

test('a client that may not enter is passed over, and keeps its turn', () => {
  const queue = createFairQueue<string>()
  queue.add(client('t', 'a'), 'a1')
  queue.add(client('t', 'b'), 'b1')
  expect(queue.take(({ name }) => name !== 'a')).toBe('b1')
  expect(queue.take(({ name }) => name !== 'a')).toBeUndefined()
  expect(queue.take(all)).toBe('a1')
})

test('who leaves is not served', () => {
  const queue = createFairQueue<string>()
  const own = client('t', 'a')
  queue.add(own, 'a1')
  queue.add(own, 'a2')
  expect([queue.sizeOf(own), queue.remove(own, 'a1'), queue.remove(own, 'a1'), queue.sizeOf(own)]).toEqual([2, true, false, 1])
  expect(drain(queue)).toEqual(['a2'])
  expect(queue.sizeOf(own)).toBe(0)
})

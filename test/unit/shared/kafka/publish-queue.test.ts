import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createPublishQueue, type Publication } from '#shared/kafka/publish-queue.ts'
import type { KafkaMessage } from '#shared/kafka/publisher-port.ts'

const message = (topic: string, value: string): KafkaMessage => ({
  topic,
  key: Buffer.from('k'),
  value: Buffer.from(value),
  headers: {},
})
const publication = (): Publication => ({ waiting: new Set(), settled: false })
const text = (group: readonly { message: KafkaMessage }[] | undefined): string =>
  (group ?? []).map((entry) => entry.message.value.toString()).join(',')
/** 33 bytes of frame and key, then the value. */
const queueOf = (groupBytes: number, bytesMax = 10_000) => createPublishQueue({ bytesMax, groupBytesMax: () => groupBytes })

test('a group holds what fits, in order; what is larger goes alone', () => {
  const queue = queueOf(100)
  queue.add(publication(), [
    message('a', '1'),
    message('a', '2'),
    message('a', '3'),
    message('a', 'x'.repeat(500)),
    message('a', '5'),
  ])
  const groups = Array.from({ length: 5 }, () => text(queue.take()?.group))
  expect(groups).toEqual(['1,2', '3', 'x'.repeat(500), '5', ''])
})

test('topics take turns, so one that fails does not hold up the others', () => {
  const queue = queueOf(40)
  queue.add(publication(), [message('a', '1'), message('a', '2'), message('b', '3')])
  const failed = queue.take()!
  queue.putBack(failed.topic, failed.group)
  expect(queue.take()?.topic).toBe('b')
  expect(text(queue.take()?.group)).toBe('1')
  expect(text(queue.take()?.group)).toBe('2')
})

test('what is put back comes first again, without what nobody waits for', () => {
  const queue = queueOf(1000)
  const [first, second, third] = [publication(), publication(), publication()]
  queue.add(first, [message('a', '1')])
  queue.add(second, [message('a', '2')])
  const taken = queue.take()!
  queue.add(third, [message('a', '3')])
  first.settled = true
  for (const entry of first.waiting) queue.release(entry)
  queue.putBack('a', taken.group)
  expect(text(queue.take()?.group)).toBe('2,3')
})

test('what was refused in a group goes alone', () => {
  const queue = queueOf(1000)
  queue.add(publication(), [message('a', '1'), message('a', '2'), message('a', '3')])
  const taken = queue.take()!
  for (const entry of taken.group.slice(0, 2)) entry.alone = true
  queue.putBack('a', taken.group)
  expect([text(queue.take()?.group), text(queue.take()?.group), text(queue.take()?.group)]).toEqual(['1', '2', '3'])
})

test('bytes are bounded, but one publication fits an empty queue whatever its size', () => {
  const queue = queueOf(1000, 100)
  const large = publication()
  expect(queue.add(large, [message('a', 'x'.repeat(500))])).toBe(true)
  expect(queue.add(publication(), [message('a', 'y')])).toBe(false)
  for (const entry of large.waiting) queue.release(entry)
  expect(queue.bytes()).toBe(0)
  expect(queue.take()).toBeUndefined()
  expect(queue.add(publication(), [message('a', 'y')])).toBe(true)
})

test('whatever happens, the messages of a topic leave in order, and no byte stays behind', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('add' as const), count: fc.integer({ min: 1, max: 5 }), topic: fc.constantFrom('a', 'b') }),
    fc.record({ kind: fc.constant('send' as const), ok: fc.boolean() }),
    fc.record({ kind: fc.constant('expire' as const) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const queue = queueOf(120, 1_000_000)
      const open: Publication[] = []
      const sent = new Map<string, number[]>()
      let next = 0
      const send = (ok: boolean): boolean => {
        const taken = queue.take()
        if (taken === undefined) return false
        if (!ok) queue.putBack(taken.topic, taken.group)
        else
          for (const entry of taken.group) {
            sent.set(taken.topic, [...(sent.get(taken.topic) ?? []), Number(entry.message.value.toString())])
            queue.release(entry)
          }
        return true
      }
      for (const one of steps) {
        if (one.kind === 'add') {
          const added = publication()
          open.push(added)
          queue.add(
            added,
            Array.from({ length: one.count }, () => message(one.topic, String(next++))),
          )
        } else if (one.kind === 'send') send(one.ok)
        else {
          const expired = open.shift()
          if (expired === undefined) continue
          expired.settled = true
          for (const entry of expired.waiting) queue.release(entry)
        }
      }
      while (send(true));
      expect(queue.bytes()).toBe(0)
      for (const numbers of sent.values()) expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
    }),
  )
})

import { expect, test } from 'vitest'
import type { Batch } from '../../../../../services/import/send/batch.ts'
import type { Outcome } from '../../../../../services/import/send/delivery.ts'
import { createSender } from '../../../../../services/import/send/sender.ts'

const batch = (container: string, bytes = 10): Batch => ({
  body: Buffer.alloc(bytes),
  records: 1,
  cuts: [],
  marks: [],
  container,
})
const stored: Outcome = { accepted: 1, refused: new Map(), givenUp: [] }

function setUp({ bytesMax = 100, requestsMax = 3 } = {}) {
  const running = new Map<string, PromiseWithResolvers<Outcome>>()
  const told: string[] = []
  const sender = createSender({
    bytesMax,
    requestsMax,
    deliver: (piece) => {
      const result = Promise.withResolvers<Outcome>()
      running.set((piece as Batch).container, result)
      return result.promise
    },
    onOutcome: ({ container }) => told.push(container),
  })
  return { running, told, sender }
}

test('outcomes are told in the order of sending, whatever order they come in', async () => {
  const { running, told, sender } = setUp()
  for (const name of ['a', 'b', 'c']) sender.send(batch(name))
  running.get('c')!.resolve(stored)
  running.get('b')!.resolve(stored)
  await sender.room()
  expect(told).toEqual([])
  running.get('a')!.resolve(stored)
  await sender.drain()
  expect(told).toEqual(['a', 'b', 'c'])
})

test('no more requests and bytes are under way than allowed; a batch of any size goes alone', async () => {
  const { running, sender } = setUp({ bytesMax: 100, requestsMax: 2 })
  sender.send(batch('a', 500))
  sender.send(batch('b', 10))
  expect([...running.keys()]).toEqual(['a'])
  running.get('a')!.resolve(stored)
  await sender.room()
  sender.send(batch('c'))
  sender.send(batch('d'))
  expect([...running.keys()]).toEqual(['a', 'b', 'c'])
  for (const name of ['b', 'c']) running.get(name)!.resolve(stored)
  await sender.room()
  running.get('d')!.resolve(stored)
  await sender.drain()
})

test('behind a batch that could not be delivered nothing is told as stored, and nothing more is sent', async () => {
  const { running, told, sender } = setUp({ requestsMax: 3 })
  for (const name of ['a', 'b', 'c', 'd']) sender.send(batch(name))
  running.get('b')!.reject(new Error('gone'))
  await expect(sender.room()).rejects.toThrow('gone')
  running.get('c')!.resolve(stored)
  running.get('a')!.resolve(stored)
  await expect(sender.drain()).rejects.toThrow('gone')
  expect(told).toEqual(['a'])
  expect([...running.keys()]).toEqual(['a', 'b', 'c'])
})

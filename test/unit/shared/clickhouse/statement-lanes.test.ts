import { expect, test } from 'vitest'
import { createStatementLanes, type Place } from '#shared/clickhouse/statement-lanes.ts'

const busy = { tenant: 't', name: 'busy' }
const other = { tenant: 't', name: 'other' }
const lanesOf = ({ read = 3, large = 2, waitingMax = 100 } = {}) => createStatementLanes({ places: { read, large }, waitingMax })
const asFirst = { isUnderWay: false }

/** Whether the promise has settled by now. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending')
  return (await Promise.race([promise.catch(() => undefined), Promise.resolve().then(() => pending)])) !== pending
}

test('one client never has the last place, which another one gets at once', async () => {
  const lanes = lanesOf()
  for (let n = 0; n < 2; n++) await lanes.enter('read', { client: busy, ...asFirst })
  const third = lanes.enter('read', { client: busy, ...asFirst })
  expect(await isSettled(third)).toBe(false)
  const place = await lanes.enter('read', { client: other, ...asFirst })
  place.leave()
  expect(await isSettled(third)).toBe(false)
})

test('a lane of one place serves every client', async () => {
  const lanes = lanesOf({ read: 1 })
  const first = await lanes.enter('read', { client: busy, ...asFirst })
  const second = lanes.enter('read', { client: busy, ...asFirst })
  first.leave()
  expect(await second).toBeDefined()
})

test('a statement that becomes a large one gives its place to the next, and gives back the other place once', async () => {
  const lanes = lanesOf({ read: 2, large: 1 })
  const first = await lanes.enter('read', { client: busy, ...asFirst })
  const waiting = lanes.enter('read', { client: busy, ...asFirst })
  expect(first.becomeLarge()).toBe(true)
  const second = await waiting
  expect(second.becomeLarge()).toBe(false)
  first.leave()
  first.leave()
  expect(second.becomeLarge()).toBe(true)
})

test('nobody becomes a large one while another waits for that', async () => {
  const lanes = lanesOf({ large: 1 })
  const large = await lanes.enter('large', { client: busy, ...asFirst })
  const waiting = lanes.enter('large', { client: busy, ...asFirst })
  const small = await lanes.enter('read', { client: other, ...asFirst })
  expect(small.becomeLarge()).toBe(false)
  large.leave()
  expect(await waiting).toBeDefined()
})

test('beyond what may wait a request is refused, with the time after which to ask again', async () => {
  const lanes = lanesOf({ waitingMax: 4 })
  const entered: Promise<Place>[] = []
  for (let n = 0; n < 4; n++) entered.push(lanes.enter('read', { client: busy, ...asFirst }))
  await expect(lanes.enter('read', { client: busy, ...asFirst })).rejects.toMatchObject({ code: 'overloaded', retryAfterS: 5 })
  // One client alone takes half of the queue.
  expect(await isSettled(lanes.enter('read', { client: other, ...asFirst }))).toBe(true)
  expect(lanes.waiting).toBe(2)
  const goesOn = lanes.enter('read', { client: busy, isUnderWay: true })
  expect([await isSettled(goesOn), lanes.waiting]).toEqual([false, 3])
})

test('who waits leaves with the signal, and takes no place', async () => {
  const lanes = lanesOf({ read: 1 })
  const place = await lanes.enter('read', { client: busy, ...asFirst })
  const leaving = new AbortController()
  const gone = lanes.enter('read', { client: busy, ...asFirst, signal: leaving.signal })
  const stays = lanes.enter('read', { client: busy, ...asFirst })
  leaving.abort(new Error('went away'))
  await expect(gone).rejects.toThrow('went away')
  place.leave()
  expect(await stays).toBeDefined()
  expect(lanes.waiting).toBe(0)
})

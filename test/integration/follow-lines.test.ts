// Polls of a tail on a real engine, below the HTTP route.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { createPolling, type Polling } from '#query/http/watch-polling.ts'
import { placeBefore } from '#query/tail/arrival-place.ts'
import { follow } from '#query/tail/follow-lines.ts'
import { createArrivalFeed, type ArrivalFeed } from '#query/tail/follow-arrivals.ts'
import { createSentLines } from '#query/tail/sent-lines.ts'
import { createReading } from '#shared/store-reading/reading.ts'
import { openQueryFixture, t0, type QueryFixture } from './query-fixture.ts'

let fixture: QueryFixture
beforeAll(async () => {
  fixture = await openQueryFixture()
})
afterAll(() => fixture[Symbol.asyncDispose]())

interface Shared {
  store: LogStore
  polling: Polling
  feed: ArrivalFeed
}

const sharedBy = (store: LogStore): Shared => ({
  store,
  polling: createPolling(store),
  feed: createArrivalFeed({ store, limits: {}, clock: () => fixture.clock.now, intervalMs: 50 }),
})

/** Follows one pod, and returns the texts of the next lines, in order of arrival. */
function followPod(podUid: string, overlapMs: number, { store, polling, feed }: Shared = sharedBy(fixture.test.store)) {
  const after = placeBefore(fixture.clock.now)
  const sentLines = createSentLines({ floor: after, hashes: [], count: 0 }, { overlapMs })
  const leaving = new AbortController()
  const arrivals = follow({
    reading: createReading({ store, limits: {} }),
    feed,
    group: podUid,
    filter: () => Promise.resolve({ tenant: 'default', fields: { podUid: [podUid] } }),
    after,
    sentLines,
    pollIntervalMs: 50,
    polling,
    signal: leaving.signal,
  })
  return {
    sentLines,
    async next(): Promise<string[]> {
      for await (const { arrivals: part } of { [Symbol.asyncIterator]: () => ({ next: () => arrivals.next() }) }) {
        for (const { line, received } of part) sentLines.send({ received, key: { ...line, received } })
        if (part.length > 0) return part.map(({ line }) => line.message.toString())
      }
      return []
    },
    leave: () => leaving.abort(),
  }
}

const line = (podUid: string, message: string, receivedMs: number) => ({
  ts: t0,
  pod_uid: podUid,
  message,
  received: fixture.clock.now + receivedMs,
})

test('what a tail has forgotten for lack of memory it does not send again', async () => {
  const tail = followPod('forgotten', 30_000)
  await fixture.insert([line('forgotten', 'a', 1000), line('forgotten', 'b', 2000)])
  expect(await tail.next()).toEqual(['a', 'b'])
  while (tail.sentLines.size > 0) tail.sentLines.forget()
  await fixture.insert([line('forgotten', 'c', 3000)])
  expect(await tail.next()).toEqual(['c'])
  tail.leave()
})

test('a line that becomes visible after a later one is sent, however late', async () => {
  const tail = followPod('late', 1000)
  const first = tail.next()
  await sleep(300)
  await fixture.insert([line('late', 'first', 100_000)])
  expect(await first).toEqual(['first'])
  await fixture.insert([line('late', 'very late', 5000), line('late', 'late', 15_000)])
  expect(await tail.next()).toEqual(['very late', 'late'])
  tail.leave()
})

test('tails of one filter read once what all of them send, each every line once', async () => {
  const names: string[] = []
  const { store } = fixture.test
  const counted = Object.create(store, {
    rows: { value: (query: { sql: { name: string } }) => (names.push(query.sql.name), store.rows(query as never)) },
    bytes: {
      value: (query: { sql: { name: string } }, form: never) => (names.push(query.sql.name), store.bytes(query as never, form)),
    },
  }) as LogStore
  const shared = sharedBy(counted)
  const tails = Array.from({ length: 20 }, () => followPod('shared', 30_000, shared))
  const readers = tails.map(async ({ next }) => {
    const texts: string[] = []
    while (texts.length < 4) texts.push(...(await next()))
    return texts
  })
  for (const text of ['a', 'b', 'c', 'd']) {
    await fixture.insert([line('shared', text, 1000)])
    await sleep(200)
  }
  for (const texts of await Promise.all(readers)) expect(texts.toSorted()).toEqual(['a', 'b', 'c', 'd'])
  for (const { leave } of tails) leave()
  const count = (name: string): number => names.filter((each) => each === name).length
  expect(count('line-arrivals')).toBe(20)
  expect(count('matched-lines')).toBeLessThanOrEqual(6)
})

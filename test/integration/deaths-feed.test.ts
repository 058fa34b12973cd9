// The poll behind GET /v1/deaths/tail: one for all tails of a tenant, with bounded memory for a client that reads slowly.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPolling } from '#query/http/watch-polling.ts'
import { createDeathFeed, type DeathFeed } from '#query/deaths/follow-deaths.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { openProjectorService, type ProjectorService } from '#test/support/projector-service.ts'

const at = '2026-11-23T09:05:00Z'
/** A pod whose containers all crashed. */
function podOfMany(uid: string, containers: number): object {
  const names = Array.from({ length: containers }, (_, i) => `app-${i}`)
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: uid, namespace: 'shop', uid, resourceVersion: '1', creationTimestamp: '2026-11-23T09:00:00Z' },
    spec: { nodeName: 'n1', restartPolicy: 'Never', containers: names.map((name) => ({ name })) },
    status: {
      phase: 'Failed',
      containerStatuses: names.map((name) => ({
        name,
        restartCount: 0,
        containerID: `containerd://${uid}-${name}`,
        state: { terminated: { exitCode: 1, reason: 'Error', startedAt: '2026-11-23T09:00:00Z', finishedAt: at } },
      })),
    },
  }
}

let service: ProjectorService
let feed: DeathFeed
let polls = 0
beforeAll(async () => {
  service = await openProjectorService()
  const { store } = service
  const counted: LogStore = {
    ...store,
    rows: (query) => {
      if (query.sql.name === 'deaths-noted-since') polls += 1
      return store.rows(query)
    },
  }
  feed = createDeathFeed({ store: counted, limits: {}, polling: createPolling(store), intervalMs: 50 })
})
afterAll(() => service[Symbol.asyncDispose]())

const { signal } = new AbortController()

test('a client that reads slowly has the newest thousand, and is told how many were dropped before them', async () => {
  using slow = feed.open('default')
  await slow.ready()
  for (const uid of ['a', 'b', 'c']) await service.tell(podOfMany(uid, 400))
  await service.project()
  await expect.poll(async () => (await slow.next(2000, signal))?.dropped?.count, { timeout: 10_000 }).toBe(200)
}, 30_000)

test('fifty tails cost the polls of one, and none where nothing was stored', async () => {
  const readers = Array.from({ length: 50 }, () => feed.open('default'))
  await Promise.all(readers.map((reader) => reader.ready()))
  await service.tell(podOfMany('d', 3))
  await service.project()
  const parts = await Promise.all(readers.map((reader) => reader.next(10_000, signal)))
  expect(parts.map((part) => part?.places.length)).toEqual(Array.from({ length: 50 }, () => 3))
  polls = 0
  expect(await readers[0]!.next(500, signal)).toBeUndefined()
  expect(polls).toBeLessThanOrEqual(2)
  for (const reader of readers) reader[Symbol.dispose]()
}, 30_000)

test('another tenant has a poll of its own, which finds nothing of this one', async () => {
  using other = feed.open('other')
  expect((await other.ready()).visible).toEqual([])
  await service.tell(podOfMany('e', 1))
  await service.project()
  expect(await other.next(500, signal)).toBeUndefined()
}, 30_000)

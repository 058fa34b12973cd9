// Transitions of an owner's pods are sent once each: over rebuilds, restarts of the projector, two projectors at once,
// slow ones, and readers that come back.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { raw, sql, str } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { createOwnerTransitions, type OwnerTransitions, type TransitionPlace } from '#query/tail/read-owner-changes.ts'
import { createReading } from '#shared/store-reading/reading.ts'
import { runRebuild } from '#projector/rebuild/run-rebuild.ts'
import type { PodRecord } from '#shared/pod-model/record.ts'
import { ended, lastState, pod, running, status } from '#test/support/pod-shapes.ts'
import { openPodsService, type PodsService } from '#test/support/pods-service.ts'
import { openRecordProjector } from '#test/support/record-projector.ts'

let service: PodsService
beforeAll(async () => void (service = await openPodsService()))
afterAll(() => service[Symbol.asyncDispose]())

const owner = 'Deployment/cart'
/** A pod of the owner that was started so many times. */
const cart = (name: string, restarts = 0) =>
  pod((made) => {
    Object.assign(made['metadata'], { name, uid: name, labels: { 'pod-template-hash': '7d9f' } })
    made['metadata'].ownerReferences = [
      { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'cart-7d9f', uid: 'rs', controller: true },
    ]
    const last = restarts === 0 ? {} : lastState(ended(1, '10:20:00'))
    status({ ...running('10:21:00'), ...last, restartCount: restarts })(made)
  }, restarts + 1)

const open = (tenant: string, at?: TransitionPlace, store: LogStore = service.store): Promise<OwnerTransitions> =>
  createOwnerTransitions(createReading({ store, limits: {} }), { tenant, owner }, at)

/** What is sent until `count` were, or for so many looks. */
async function names(tail: OwnerTransitions, count: number, looks = 20): Promise<string[]> {
  const sent: string[] = []
  for (let i = 0; i < looks && sent.length < count; i++) {
    await tail.pods()
    for (const one of await tail.readDue()) {
      tail.send(one)
      sent.push(`${one.record.uid} ${one.what} ${one.restart}`)
    }
    if (sent.length < count) await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return sent.toSorted()
}
const nothing = (tail: OwnerTransitions): Promise<string[]> => names(tail, 1, 8)

const begun = (uid: string): string[] => [`${uid} born -1`, `${uid} placed -1`, `${uid} started 0`]
const restarted = (uid: string): string[] => [`${uid} ended 0`, `${uid} started 1`]

const rebuild = (): Promise<number> =>
  runRebuild({
    store: service.store,
    reading: createReading({ store: service.store, limits: {} }),
    signal: new AbortController().signal,
    onProgress: () => undefined,
    onFailure: (_, error) => {
      throw error
    },
  })

test('a rebuild sends nothing again, to a tail that is open and to one that comes back', async () => {
  await service.tell('rebuilt', cart('cart-a', 1))
  await service.project()
  const tail = await open('rebuilt')
  await service.tell('rebuilt', cart('cart-b'))
  await service.project()
  expect(await names(tail, 3)).toEqual(begun('cart-b'))
  const place = tail.place()
  expect(await rebuild()).toBeGreaterThan(0)
  expect(await nothing(tail)).toEqual([])
  expect(await nothing(await open('rebuilt', place))).toEqual([])
  await service.tell('rebuilt', cart('cart-b', 1))
  await service.project()
  for (const one of [tail, await open('rebuilt', place)]) expect(await names(one, 2)).toEqual(restarted('cart-b'))
})

test('records that were lost and are made again send nothing of long ago', async () => {
  await service.tell('lost', cart('cart-a', 1))
  await service.store.command({
    sql: raw(
      `ALTER TABLE pod_watermarks UPDATE facts_at = facts_at - INTERVAL 1 DAY WHERE tenant = 'lost' SETTINGS mutations_sync = 2`,
    ),
  })
  const tail = await open('lost')
  await rebuild()
  expect(await nothing(tail)).toEqual([])
  expect([...tail.joined]).toEqual(['cart-a'])
})

test('two projectors at once, and one that begins anew, send each once', async () => {
  await service.project()
  const tail = await open('two')
  const projectors = await Promise.all([openRecordProjector(service.store), openRecordProjector(service.store)])
  await service.tell('two', cart('cart-a'), cart('cart-b'))
  await Promise.all(projectors.map((projector) => projector.catchUp()))
  expect(await names(tail, 6)).toEqual([...begun('cart-a'), ...begun('cart-b')])
  await (await openRecordProjector(service.store)).catchUp()
  expect(await nothing(tail)).toEqual([])
  await service.tell('two', cart('cart-a', 1))
  await Promise.all(projectors.map((projector) => projector.catchUp()))
  expect(await names(tail, 2)).toEqual(restarted('cart-a'))
  expect(await nothing(tail)).toEqual([])
})

test('a record that is stored five minutes after its facts were read is seen', async () => {
  await service.tell('source', cart('cart-a'))
  await service.project()
  const minutesAgo = (minutes: number): string => String((Date.now() - minutes * 60_000) * 1000)
  const store = (revision: string, record: string): Promise<void> =>
    service.store.command({
      sql: sql`INSERT INTO pod_revisions SELECT * REPLACE ('slow' AS tenant, ${str(record)} AS record, toUInt64(${str(revision)}) AS revision)
      FROM pod_revisions FINAL WHERE pod_revisions.tenant = 'source'`,
    })
  await service.store.command({
    sql: raw(`INSERT INTO pod_lookup SELECT * REPLACE ('slow' AS tenant) FROM pod_lookup WHERE pod_lookup.tenant = 'source'`),
  })
  const [row] = await service.store.rows<{ record: string }>({
    sql: raw(`SELECT record FROM pod_revisions FINAL WHERE tenant = 'source'`),
  })
  await store(minutesAgo(6), row!.record)
  const tail = await open('slow')
  const record = JSON.parse(row!.record) as PodRecord
  const transitions = { ...record.transitions, 'ended 0 app': Date.now() }
  await store(minutesAgo(5), JSON.stringify({ ...record, transitions }))
  expect(await names(tail, 1)).toEqual(['cart-a ended 0'])
})

test('a rollout of 60 pods at once, its reader coming back after every seventh: each once, and cursors stay small', async () => {
  const pods = Array.from({ length: 60 }, (_, i) => `cart-${String(i).padStart(2, '0')}`)
  let tail = await open('burst')
  await service.tell('burst', ...pods.map((name) => cart(name)))
  await service.project()
  const sent: string[] = []
  for (let looks = 0; looks < 400 && sent.length < 180; looks++) {
    await tail.pods()
    for (const one of (await tail.readDue()).slice(0, 7)) {
      tail.send(one)
      sent.push(`${one.record.uid} ${one.what} ${one.restart}`)
    }
    expect(tail.place().sent.length).toBeLessThanOrEqual(48)
    tail = await open('burst', tail.place())
  }
  expect(sent.toSorted()).toEqual(pods.flatMap(begun))
  expect(await nothing(tail)).toEqual([])
})

test('a look is three statements at most, and two where no record is new', async () => {
  let statements = 0
  const counting: LogStore = { ...service.store, rows: (query) => (statements++, service.store.rows(query)) }
  await service.tell('cost', cart('cart-a'), cart('cart-b'))
  await service.project()
  const tail = await open('cost', undefined, counting)
  const look = async (): Promise<number> => {
    statements = 0
    await tail.pods()
    await tail.readDue()
    return statements
  }
  expect(await look()).toBe(2)
  await service.tell('cost', cart('cart-a', 1), cart('cart-c'))
  await service.project()
  expect(await look()).toBe(3)
  expect(await look()).toBe(2)
})

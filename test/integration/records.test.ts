// Records do not depend on the order in which facts and lines came, on how often, on restarts of the projector, or on
// two of them at work at once.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { raw } from '#shared/clickhouse/sql.ts'
import { AfterlogError } from '#shared/errors.ts'
import type { PodRecord } from '#shared/pod-model/record.ts'
import { scale, seed } from '#test/support/campaign.ts'
import { fixture, type KubernetesObject } from '#test/support/kubernetes.ts'
import { openPodsService, uid, type PodsService } from '#test/support/pods-service.ts'
import { openRecordProjector } from '#test/support/record-projector.ts'

let service: PodsService
/** Of facts and lines that come in order, and once. */
let records: Record<string, object>
beforeAll(async () => {
  service = await openPodsService()
  for (const step of steps) await step('expected')
  await service.project()
  records = await recordsOf('expected')
  expect(Object.keys(records)).toEqual(expect.arrayContaining(expectedUids))
})
afterAll(() => service[Symbol.asyncDispose]())
// A projector that begins takes up all changes of two minutes: without this, those of the tests before too.
beforeEach(() => service.store.command({ sql: raw('TRUNCATE TABLE pod_change_feed') }))

const staticUid = '0f3d2c1b4a59687f8e7d6c5b4a392817'
type Step = (tenant: string) => Promise<void>
const tell =
  (...objects: unknown[]): Step =>
  (tenant) =>
    service.tell(tenant, ...objects)
const say =
  (...[count, line]: [number, Parameters<PodsService['say']>[2]]): Step =>
  (tenant) =>
    service.say(tenant, count, line)

/** Facts and lines of pods of every kind: each may come before any other, and twice. */
const steps: readonly Step[] = [
  tell(fixture('pod-crash-loop')),
  tell(fixture('event-backoff')),
  tell(fixture('watch-deleted-healthy'), fixture('event-killing')),
  tell(fixture('pod-replacement')),
  tell(fixture('pod-static')),
  tell(fixture('pod-oom-restarted')),
  tell(fixture('pod-taint-manager'), fixture('event-taint-eviction')),
  say(20, { pod: 'cart-7d9f8b6c5-x2v4q', podUid: uid(1), restart: 3, clock: '10:04:00' }),
  say(5, { pod: 'cart-7d9f8b6c5-x2v4q', podUid: uid(1), restart: 4, clock: '10:05:58' }),
  say(2, { pod: 'web-0', podUid: uid(7), restart: 0, clock: '10:30:20' }),
  say(7, {
    pod: 'etcd-control-1',
    podUid: staticUid,
    namespace: 'kube-system',
    container: 'etcd',
    restart: 0,
    clock: '05:00:05',
  }),
  say(3, { pod: 'search-6c5d7f9b8d-p8k2m', containerId: `containerd://${'15'.repeat(32)}` }),
  say(4, { pod: 'search-6c5d7f9b8d-p8k2m', podUid: uid(2), restart: 1, clock: '09:10:00' }),
  say(2, { pod: 'lost', containerId: 'aa'.repeat(32) }),
]

/** By uid, without what says when it was written. */
async function recordsOf(tenant: string): Promise<Record<string, object>> {
  const rows = await service.store.rows<{ uid: string; record: string }>({
    sql: raw(
      `SELECT uid, record FROM (SELECT uid, record, is_deleted FROM pod_revisions WHERE tenant = '${tenant}' ORDER BY uid, revision DESC LIMIT 1 BY uid) WHERE is_deleted = 0`,
    ),
  })
  return Object.fromEntries(
    rows.map(({ uid: of, record }) => {
      const { moved: _, transitions = {}, ...rest } = JSON.parse(record) as PodRecord
      return [of, { ...rest, transitions: Object.keys(transitions).toSorted() }]
    }),
  )
}

/** What lists show: the same pods as the records, each once, whatever leads to them. */
async function listedOf(tenant: string): Promise<string[]> {
  const { body } = await service.get(tenant, '/v1/pods?limit=1000')
  const uids = (body['pods'] as KubernetesObject[]).map((pod) => pod['uid'] as string).toSorted()
  const byNamespace = await service.get(tenant, '/v1/pods?limit=1000&namespace=shop&namespace=kube-system&namespace=other')
  expect((byNamespace.body['pods'] as KubernetesObject[]).map((pod) => pod['uid'] as string).toSorted()).toEqual(uids)
  return uids
}

/** mulberry32. */
function randomFrom(start: number): () => number {
  let state = start | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

const expectedUids = [uid(1), uid(2), uid(7), uid(8), uid(9), 'unresolved:prod-eu/shop/lost']

const orderCount = scale === 1 ? 2 : 30
const promise = `${orderCount} random orders of one set of facts and lines give one and the same set of records (seed ${seed})`

test(promise, { timeout: 300_000 * scale }, async () => {
  const orders = Array.from({ length: orderCount }, (_, i) => ({ tenant: `order-${i}`, random: randomFrom(2025 + seed + i) }))
  for (const { tenant, random } of orders) {
    const again = steps.filter(() => random() < 0.2)
    const shuffled = [...steps, ...again].map((step) => [random(), step] as const).toSorted(([a], [b]) => a - b)
    for (const [, step] of shuffled) {
      await step(tenant)
      // As a projector that is awake at some moments.
      if (random() < 0.15) await service.project()
    }
  }
  await service.project()
  for (const { tenant } of orders) {
    expect([tenant, await recordsOf(tenant)]).toEqual([tenant, records])
    expect(await listedOf(tenant)).toEqual(Object.keys(records).toSorted())
  }
})

test('two projectors at work at once end in the same state as one', async () => {
  const projectors = await Promise.all([openRecordProjector(service.store), openRecordProjector(service.store)])
  for (const step of steps.toReversed()) {
    await step('two')
    await Promise.all(projectors.map((projector) => projector.catchUp()))
  }
  await Promise.all(projectors.map((projector) => projector.catchUp()))
  expect(await recordsOf('two')).toEqual(records)
  expect(await listedOf('two')).toEqual(Object.keys(records).toSorted())
})

describe('a projector that ends in the middle', () => {
  /** After so many inserts: by day some, at night each. */
  const endings = scale === 1 ? [2] : [0, 1, 2, 3, 4, 5, 6]
  /** The process that writes is gone after so many inserts. */
  const endingAfter = (inserts: number): LogStore => {
    let left = inserts
    return {
      ...service.store,
      insert: (batch) =>
        left-- > 0 ? service.store.insert(batch) : Promise.reject(new AfterlogError('store-unavailable', 'the process is gone')),
    }
  }

  test('is made up for by the next one: the same records, and lists lead to nothing else', { timeout: 600_000 }, async () => {
    for (const inserts of endings) {
      const tenant = `ended-${inserts}`
      await service.store.command({ sql: raw('TRUNCATE TABLE pod_change_feed') })
      // Provisional records first, which the rest takes away.
      for (const step of steps.slice(7)) await step(tenant)
      await service.project()
      for (const step of steps.slice(0, 7)) await step(tenant)
      await (await openRecordProjector(endingAfter(inserts))).catchUp().catch(() => undefined)
      await (await openRecordProjector(service.store)).catchUp()
      expect([tenant, await recordsOf(tenant)]).toEqual([tenant, records])
      expect(await listedOf(tenant)).toEqual(Object.keys(records).toSorted())
    }
  })
})

describe('an alias that appears late makes the record of the real pod, and takes the provisional one away:', () => {
  const uidsOf = async (tenant: string): Promise<string[]> => {
    await service.project()
    const uids = Object.keys(await recordsOf(tenant)).toSorted()
    expect(await listedOf(tenant)).toEqual(uids)
    return uids
  }

  test('the mirror annotation of a static pod', async () => {
    const line = { pod: 'etcd-control-1', podUid: staticUid, namespace: 'kube-system', container: 'etcd', restart: 1 }
    await service.say('mirror', 3, { ...line, clock: '05:11:00' })
    expect(await uidsOf('mirror')).toEqual([staticUid])
    await service.tell('mirror', fixture('pod-static'))
    expect(await uidsOf('mirror')).toEqual([uid(9)])
    expect(await service.list('mirror', `uid=${staticUid}`)).toMatchObject([{ uid: uid(9), lines: 3 }])
  })

  test('the id of a container', async () => {
    await service.say('id', 3, { pod: 'search-6c5d7f9b8d-p8k2m', containerId: `containerd://${'15'.repeat(32)}` })
    expect(await uidsOf('id')).toEqual(['unresolved:prod-eu/shop/search-6c5d7f9b8d-p8k2m'])
    await service.tell('id', fixture('pod-oom-restarted'))
    expect(await uidsOf('id')).toEqual([uid(2)])
    expect(await service.list('id')).toMatchObject([{ uid: uid(2), lines: 3 }])
  })

  test('but not while some of its lines lead nowhere', async () => {
    await service.say('some', 3, { pod: 'search-6c5d7f9b8d-p8k2m', containerId: '15'.repeat(32) })
    await service.say('some', 2, { pod: 'search-6c5d7f9b8d-p8k2m', containerId: 'dd'.repeat(32) })
    await service.tell('some', fixture('pod-oom-restarted'))
    expect(await uidsOf('some')).toEqual([uid(2), 'unresolved:prod-eu/shop/search-6c5d7f9b8d-p8k2m'])
  })
})

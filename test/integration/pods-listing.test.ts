// What GET /v1/pods promises of a whole listing: every pod that was there when it began comes once, and what a pod once
// had goes on finding it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { raw } from '#shared/clickhouse/sql.ts'
import type { PodRecord } from '#shared/pod-model/record.ts'
import { writeRecords } from '#projector/write-records.ts'
import { scale } from '#test/support/campaign.ts'
import { fixture, type KubernetesObject } from '#test/support/kubernetes.ts'
import { namesOf, openPodsService, type PodsService } from '#test/support/pods-service.ts'

let service: PodsService
beforeAll(async () => void (service = await openPodsService(Date.now)))
afterAll(() => service?.[Symbol.asyncDispose]())

interface Shape {
  version?: number
  deletedAt?: string
  finishedAt?: string
  change?: (pod: KubernetesObject) => void
}

/** A pod with the uid `uid-<name>`. */
const pod = (name: string, { version = 1, deletedAt, finishedAt, change = () => {} }: Shape = {}): KubernetesObject =>
  fixture('pod-replacement', (made) => {
    const times = {
      creationTimestamp: '2026-11-23T09:00:00Z',
      ...(deletedAt && { deletionTimestamp: `2026-11-23T${deletedAt}Z` }),
    }
    Object.assign(made['metadata'], { name, uid: `uid-${name}`, resourceVersion: String(version), ...times })
    made['metadata'].managedFields[0].time = '2026-11-23T09:00:05Z'
    made['status'].startTime = '2026-11-23T09:00:00Z'
    const [status] = made['status'].containerStatuses
    status.containerID = `containerd://${name.padEnd(64, '0')}`
    status.state = { running: { startedAt: '2026-11-23T09:00:05Z' } }
    if (finishedAt !== undefined) {
      made['status'].phase = 'Failed'
      const ended = { exitCode: 143, reason: 'Error', containerID: status.containerID }
      status.state = {
        terminated: { ...ended, startedAt: '2026-11-23T09:00:05Z', finishedAt: `2026-11-23T${finishedAt}Z` },
      }
    }
    change(made)
  })

/** Uids in the order in which pages visit them. */
async function walk(tenant: string, query: string, between: () => Promise<void> = async () => {}): Promise<string[]> {
  const seen: string[] = []
  for (let next: string | null = ''; next !== null;) {
    const { status, body } = await service.get(tenant, `/v1/pods?${query}${next === '' ? '' : `&cursor=${next}`}`)
    expect(status, JSON.stringify(body)).toBe(200)
    seen.push(...(body['pods'] as KubernetesObject[]).map((one) => one['uid'] as string))
    if (next === '') await between()
    next = body['next'] as string | null
    if (seen.length > 20_000) throw new Error('the pages have no end')
  }
  return seen
}

describe('a listing by death visits every pod once, where it stood when the listing began,', () => {
  const deaths = [0, 1, 2, 3, 4, 5].map((n) => pod(`d${n}`, { deletedAt: `09:3${n}:30` }))
  const expected = [5, 4, 3, 2, 1, 0].map((n) => `uid-d${n}`)

  const byDay = [
    ['all', 'sort=died&limit=2'],
    ['label', 'sort=died&limit=2&label=app'],
  ] as const
  const byNight = [
    ['owner', 'sort=died&limit=2&owner=web'],
    ['node', 'sort=died&limit=2&node=node-8'],
    ['uid', 'sort=died&limit=2&uid=uid-d0&uid=uid-d1&uid=uid-d2&uid=uid-d3&uid=uid-d4&uid=uid-d5'],
  ] as const

  test.each(scale === 1 ? byDay : [...byDay, ...byNight])('where deaths move between its pages: %s', async (tenant, query) => {
    await service.tell(tenant, ...deaths)
    await service.project()
    // The second time brings the position up to the first one's records.
    await service.project()
    const seen = await walk(tenant, query, async () => {
      const moved = [
        // The container of a deleted pod ends: later than its deletion says, as a rule; and one that was visited,
        // before all others.
        pod('d1', { version: 2, deletedAt: '09:31:30', finishedAt: '09:40:00' }),
        pod('d5', { version: 2, deletedAt: '09:35:30', finishedAt: '09:10:00' }),
        pod('d2', { version: 2, deletedAt: '09:32:30', finishedAt: '09:05:00' }),
        pod('new', { deletedAt: '09:36:30' }),
      ]
      await service.tell(tenant, ...moved)
      await service.project()
      await service.tell(tenant, pod('d1', { version: 3, deletedAt: '09:31:30', finishedAt: '09:50:00' }))
      await service.project()
      // As merges leave it: one row for each key.
      await service.store.command({ sql: raw('OPTIMIZE TABLE pod_lookup FINAL') })
    })
    expect(seen).toEqual(expected)
    await service.project()
    const then = (await walk(tenant, query)).filter((uid) => uid !== 'uid-new')
    expect(then).toEqual([1, 4, 3, 0, 5, 2].map((n) => `uid-d${n}`))
  })
})

describe('a listing by creation visits every pod once, where it stood when the listing began,', () => {
  const createdAt = (name: string, time: string, version = 1): KubernetesObject =>
    pod(name, { version, change: (made) => void (made['metadata'].creationTimestamp = time) })
  const places = [0, 1, 2, 3, 4, 5].map((n) => createdAt(`c${n}`, `2026-11-23T08:3${n}:00Z`))
  const aheadMs = 3 * 3_600_000

  const lists = [
    ['all-ahead', 'limit=2'],
    ['label-ahead', 'limit=2&label=app'],
    ['node-ahead', 'limit=2&node=node-8'],
  ] as const
  // By day the first.
  test.each(scale === 1 ? lists.slice(0, 1) : lists)(
    'where a time some hours ahead is believed between its pages: %s',
    async (tenant, query) => {
      // c0 is visited last, and its creation by a wrong clock comes after that of all others; c5 is visited first.
      const ahead = new Date(Date.now() + aheadMs).toISOString().slice(0, 19)
      const wrong = (version: number): KubernetesObject[] => ['c0', 'c5'].map((name) => createdAt(name, `${ahead}Z`, version))
      const startedAt = (made: KubernetesObject): KubernetesObject => {
        made['status'].startTime = `2026-11-23T08:3${String(made['metadata'].name).slice(1)}:00Z`
        return made
      }
      await service.tell(tenant, ...places.slice(1, 5), ...wrong(1).map(startedAt))
      await service.project()
      await service.project()
      const expected = [5, 4, 3, 2, 1, 0].map((n) => `uid-c${n}`)
      const visited = await walk(tenant, query, async () => {
        // The hours have passed when the next fact comes.
        for (const uid of ['uid-c0', 'uid-c5'])
          await service.store.command({
            sql: raw(`INSERT INTO pod_watermarks (tenant, uid, facts_at, deletion_asked_at)
            SELECT '${tenant}', '${uid}', now64(3, 'UTC') + INTERVAL 4 HOUR, toDateTime64('2262-01-01 00:00:00', 9, 'UTC')`),
          })
        await service.tell(tenant, ...wrong(2).map(startedAt))
        await service.project()
        await service.store.command({ sql: raw('OPTIMIZE TABLE pod_lookup FINAL') })
      })
      expect(visited).toEqual(expected)
      await service.project()
      expect((await walk(tenant, query)).toSorted()).toEqual(expected.toSorted())
      expect(new Set((await walk(tenant, query)).slice(0, 2))).toEqual(new Set(['uid-c0', 'uid-c5']))
    },
  )
})

describe('a label, an owner and an image that a pod once had find it, as those that it has now,', () => {
  const version = (n: number) =>
    pod('a', {
      version: n,
      change: (made) => {
        made['metadata'].managedFields[0].time = `2026-11-23T09:0${n}:00Z`
        made['metadata'].labels = { v: String(n) }
        made['metadata'].ownerReferences = [{ apiVersion: 'x', kind: 'Foo', name: `o${n}`, uid: 'u', controller: true }]
        made['spec'].containers[0].image = `docker.io/library/cart:${n}`
        Object.assign(made['status'].containerStatuses[0], { image: `cart:${n}`, imageID: `sha256:${String(n).repeat(64)}` })
      },
    })
  const queries = [1, 2].flatMap((n) => [`label=v%3D${n}`, `owner=o${n}`, `owner=Foo/o${n}`, `image=cart:${n}`, 'label=v'])
  const orders: [string, ...number[]][] = [
    ['forth', 1, 2],
    ['back', 2, 1],
    ['again', 1, 2, 1],
  ]

  // By day the longest, which has all steps of the others.
  test.each(scale === 1 ? orders.slice(-1) : orders)('with and without a projection between: %s', async (order, ...versions) => {
    for (const between of [true, false]) {
      const tenant = `had-${order}-${between}`
      for (const n of versions) {
        await service.tell(tenant, version(n))
        if (between) await service.project()
      }
      for (const query of queries) expect([query, namesOf(await service.list(tenant, query))]).toEqual([query, ['a']])
      expect(namesOf(await service.list(tenant, 'label=v%3D3'))).toEqual([])
      expect(namesOf(await service.list(tenant, 'owner=o3'))).toEqual([])
    }
    const records = await service.store.rows<{ record: string }>({
      sql: raw(`SELECT record FROM pod_revisions FINAL WHERE tenant LIKE 'had-${order}-%'`),
    })
    // Transitions are numbered by when they were stored.
    const untimed = records.map(({ record }) => JSON.stringify({ ...(JSON.parse(record) as PodRecord), transitions: {} }))
    expect(new Set(untimed).size).toBe(1)
  })
})

test('who had an address then is decided by all pods that had it, whichever is asked for', async () => {
  const held = (name: string, created: string) =>
    pod(name, {
      change: (made) => {
        made['metadata'].creationTimestamp = created
        made['metadata'].managedFields[0].time = created
        Object.assign(made['status'], { startTime: created, podIP: '10.9.0.1' })
      },
    })
  await service.tell('held', held('one', '2026-11-23T08:00:00Z'), held('two', '2026-11-23T09:00:00Z'))
  await service.project()
  expect(await walk('held', 'ip=10.9.0.1&at=2026-11-23T10:00:00Z')).toEqual(['uid-two'])
  expect(await walk('held', 'ip=10.9.0.1&at=2026-11-23T10:00:00Z&uid=uid-one')).toEqual([])
})

describe('of more pods than are read one by one', () => {
  const count = 5100
  const tenant = 'many'
  const made = Array.from({ length: count }, (_, i) => `uid-many-${String(i).padStart(4, '0')}`)
  const clusterOf = (i: number): string => `c${i % 2}`

  beforeAll(async () => {
    await service.tell('template', pod('many'))
    await service.project()
    const [{ record } = { record: '' }] = await service.store.rows<{ record: string }>({
      sql: raw(`SELECT record FROM pod_revisions FINAL WHERE tenant = 'template'`),
    })
    const template = JSON.parse(record) as PodRecord
    const records = made.map((uid, i) => {
      // Times that are not in the order of uids.
      const rank = String(-1_795_000_000_000_000_000n - BigInt((i * 7919) % count))
      const handles = template.handles.map((handle) => ({ ...handle, rank }))
      const selectors = { ...template.selectors, uids: [uid] }
      return {
        watermark: '0',
        linesAt: '0',
        record: { ...template, uid, cluster: clusterOf(i), living: false, selectors, handles },
      }
    })
    await writeRecords(service.store, { tenant, revision: '1', records, now: Date.now(), absent: [], stored: [] })
    await service.store.command({
      sql: raw(`INSERT INTO events (tenant, uid, name, involved_uid, involved_kind, version)
        SELECT '${tenant}', concat('e', toString(number)), 'one-name', concat('uid-many-', leftPad(toString(number), 4, '0')), 'Pod', 1 FROM numbers(${count})`),
    })
  })
  const newestFirst = made.map((uid, i) => [(i * 7919) % count, uid] as const).toSorted(([a], [b]) => b - a)
  const inOrder = newestFirst.map(([, uid]) => uid)

  const pagedByDay = ['uid=uid-many&ip=10.244.1.17', 'ip=10.244.1.17&name=many']
  const pagedByNight = ['uid=uid-many', 'ip=10.244.1.17', 'uid=uid-many&label=app']
  test.each(scale === 1 ? pagedByDay : [...pagedByDay, ...pagedByNight])(
    '%s is paged in the order of lists, to its end',
    async (query) => {
      expect(await walk(tenant, `${query}&limit=2000`)).toEqual(inOrder)
      if (scale > 1) expect(await walk(tenant, `${query}&limit=10000`)).toEqual(inOrder)
    },
  )

  test('what narrows it is read with it', async () => {
    expect(await walk(tenant, 'uid=uid-many&uid=uid-manx&cluster=c1&limit=2000')).toEqual(
      inOrder.filter((uid) => Number(uid.slice(-4)) % 2 === 1),
    )
    expect(await walk(tenant, 'ip=10.244.1.17&uid=uid-many-000')).toEqual(inOrder.filter((uid) => uid.startsWith('uid-many-000')))
    expect(await walk(tenant, 'event=e17&uid=uid-many')).toEqual(['uid-many-0017'])
  })

  test.each([
    ['ip', 'ip=10.244.1.17&at=2026-11-23T10:05:00Z'],
    ['event', 'event=one-name'],
  ])('what cannot be paged is refused, with what to do: %s', async (parameter, query) => {
    const { status, body } = await service.get(tenant, `/v1/pods?${query}`)
    expect([status, body]).toMatchObject([400, { parameter, detail: expect.stringContaining('more than 5000 pods') }])
    expect((await service.get(tenant, `/v1/pods?${query}&cluster=c1`)).status).toBe(parameter === 'ip' ? 200 : 400)
  })
})

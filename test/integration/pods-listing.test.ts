// What GET /v1/pods promises of a whole listing: every pod that was there when it began comes once, and what a pod once had goes on finding it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { raw } from '#shared/clickhouse/sql.ts'
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

  test.each([
    ['all', 'sort=died&limit=2'],
    ['owner', 'sort=died&limit=2&owner=web'],
    ['label', 'sort=died&limit=2&label=app'],
    ['node', 'sort=died&limit=2&node=node-8'],
    ['uid', 'sort=died&limit=2&uid=uid-d0&uid=uid-d1&uid=uid-d2&uid=uid-d3&uid=uid-d4&uid=uid-d5'],
  ])('where deaths move between its pages: %s', async (tenant, query) => {
    await service.tell(tenant, ...deaths)
    await service.project()
    // The second time brings the position up to the first one's records.
    await service.project()
    const seen = await walk(tenant, query, async () => {
      const moved = [
        // The container of a deleted pod ends: later than its deletion says, as a rule; and one that was visited, before all others.
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

  test.each(orders)('with and without a projection between: %s', async (order, ...versions) => {
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
      sql: raw(`SELECT record FROM pod_records FINAL WHERE tenant LIKE 'had-${order}-%'`),
    })
    expect(new Set(records.map(({ record }) => record)).size).toBe(1)
  })
})

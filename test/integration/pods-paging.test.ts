import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fixture, type KubernetesObject } from '#test/support/kubernetes.ts'
import { openPodsService, uid, type PodsService } from '#test/support/pods-service.ts'

let service: PodsService
const { tell, say, get, list } = {
  tell: (...args: Parameters<PodsService['tell']>) => service.tell(...args),
  say: (...args: Parameters<PodsService['say']>) => service.say(...args),
  get: (...args: Parameters<PodsService['get']>) => service.get(...args),
  list: (...args: Parameters<PodsService['list']>) => service.list(...args),
}
beforeAll(async () => {
  service = await openPodsService(Date.now)
})
afterAll(async () => {
  await service?.[Symbol.asyncDispose]()
})

const staticUid = '0f3d2c1b4a59687f8e7d6c5b4a392817'

describe('paging', () => {
  async function walk(
    tenant: string,
    query: string,
    between: (page: number) => Promise<void> = async () => {},
  ): Promise<string[]> {
    const seen: string[] = []
    for (let next: string | null = '', page = 0; next !== null; page++) {
      await service.project()
      const { body } = await get(tenant, `/v1/pods?${query}${next === '' ? '' : `&cursor=${next}`}`)
      seen.push(...body['pods'].map((pod: KubernetesObject) => pod['uid']))
      next = body['next'] as string | null
      if (page > 100) throw new Error('the pages have no end')
      if (next !== null) await between(page)
    }
    return seen
  }
  const many = Array.from({ length: 25 }, (_, i) => `p${String(i).padStart(2, '0')}`)
  const manyMinutes = many.map((name) => ({ pod: name, podUid: name, restart: 0, clock: `10:${name.slice(1)}:00` }))

  test('a page is JSON, and says so', async () => {
    expect(await get('nobody', '/v1/pods')).toEqual({
      status: 200,
      contentType: 'application/json; charset=utf-8',
      body: { pods: [], next: null, asOf: null },
    })
  })

  test('visits every pod once, also among equal times', async () => {
    const clockOf = (name: string): string => (Number(name.slice(1)) < 12 ? '10:00:00' : '11:00:00')
    await service.sayEach(
      'paging',
      many.map((name) => ({ pod: name, podUid: name, restart: 0, clock: clockOf(name) })),
    )
    const seen = await walk('paging', 'limit=4')
    expect(seen).toEqual([...many.slice(12), ...many.slice(0, 12)])
    expect(await walk('paging', 'limit=3&outcome=unknown')).toEqual(seen)
    expect(await walk('paging', 'limit=25')).toEqual(seen)
  })

  test('visits every pod once among equal times whose uids code units and bytes order differently', async () => {
    const uids = ['uid-\uff5e', 'uid-\u{1f600}']
    for (const podUid of uids) await say('beyond', 1, { pod: 'p', podUid, restart: 0, clock: '10:00:00' })
    expect(await walk('beyond', 'limit=1')).toEqual(uids)
  })

  test('visits every pod once while pods speak and are born', async () => {
    await service.sayEach('speaking', manyMinutes)
    const seen = await walk('speaking', 'limit=4', async (page) => {
      await say('speaking', 1, { pod: `p0${page}`, podUid: `p0${page}`, restart: 0, clock: `11:0${page}:00` })
      await say('speaking', 1, { pod: `p2${page % 5}`, podUid: `p2${page % 5}`, restart: 0, clock: `11:1${page}:00` })
      await say('speaking', 1, { pod: `new${page}`, podUid: `new${page}`, restart: 0, clock: `11:2${page}:00` })
    })
    expect(seen.toSorted()).toEqual(many)
  })

  test('visits every pod once while older lines of it come, also of one whose first time changes again', async () => {
    const at = (clock: string, name: string) => say('moving', 1, { pod: name, podUid: name, restart: 0, clock })
    await service.sayEach('moving', manyMinutes)
    await service.project()
    // Before the listing begins, and records are said to have it: that is where it stands.
    await at('09:30:00', 'p24')
    await service.project()
    const seen = await walk('moving', 'limit=4', async (page) => {
      if (page === 0) await at('09:20:00', 'p23')
      if (page === 1) await at('09:10:00', 'p23')
      if (page === 1) await at('09:40:00', 'p02')
      if (page === 2) await at('09:05:00', 'p02')
    })
    expect(seen.toSorted()).toEqual(many)
    expect(seen.slice(-4)).toEqual(['p02', 'p01', 'p00', 'p24'])
  })

  const jobOf = (n: number, finishedAt: string) =>
    fixture('pod-job-completed', (pod) => {
      Object.assign(pod['metadata'], { uid: uid(n), name: `job-${n}`, creationTimestamp: '2026-11-23T01:00:00Z' })
      pod['status'].containerStatuses[0].state.terminated.finishedAt = finishedAt
    })

  test('comes to its end among pods that were created at once', async () => {
    await tell('settled', ...Array.from({ length: 12 }, (_, i) => jobOf(i, '2026-11-23T02:00:00Z')))
    expect(await walk('settled', 'limit=2')).toEqual(Array.from({ length: 12 }, (_, i) => uid(i)))
  })

  test('by death: the dead, newest death first, and none that lives', async () => {
    const dead = Array.from({ length: 7 }, (_, i) => jobOf(i, `2026-11-23T02:0${(i * 3) % 7}:00Z`))
    await tell(
      'dead',
      ...dead,
      fixture('pod-replacement', (pod) => Object.assign(pod['metadata'], { uid: 'alive' })),
    )
    const expected = [2, 4, 6, 1, 3, 5, 0].map(uid)
    expect(await walk('dead', 'sort=died&limit=2')).toEqual(expected)
    expect(await walk('dead', 'sort=died&limit=3&namespace=shop')).toEqual(expected)
    const { body } = await get('dead', '/v1/pods?sort=died&limit=2')
    expect(await get('dead', `/v1/pods?limit=2&cursor=${body['next']}`)).toMatchObject({
      status: 400,
      body: { parameter: 'cursor' },
    })
  })

  test('one page takes thousands of pods', async () => {
    const pods = Array.from({ length: 2500 }, (_, i) =>
      fixture('pod-job-completed', (pod) => Object.assign(pod['metadata'], { uid: uid(i), name: `job-${i}` })),
    )
    await tell('thousands', ...pods)
    const seen = await list('thousands', 'limit=10000')
    expect(new Set(seen.map((pod) => pod['uid'])).size).toBe(2500)
    expect(await list('thousands', 'limit=10000&outcome=completed')).toEqual(seen)
    expect(await list('thousands', 'limit=10000&outcome=crashed')).toEqual([])
  })

  test('a cursor belongs to its filters', async () => {
    const { body } = await get('paging', '/v1/pods?limit=4')
    expect(await get('paging', `/v1/pods?limit=4&node=x&cursor=${body['next']}`)).toMatchObject({
      status: 400,
      body: { parameter: 'cursor' },
    })
    expect((await get('paging', `/v1/pods?limit=2&cursor=${body['next']}`)).status).toBe(200)
  })
})

describe('identity', () => {
  test('a static pod is one pod, found by both of its uids', async () => {
    await tell('static', fixture('pod-static'))
    await say('static', 7, {
      pod: 'etcd-control-1',
      podUid: staticUid,
      namespace: 'kube-system',
      container: 'etcd',
      restart: 1,
      clock: '05:11:00',
    })
    const [pod, ...others] = await list('static')
    expect(others).toEqual([])
    expect(pod).toMatchObject({
      uid: uid(9),
      lines: 7,
      restarts: 1,
      outcome: 'crashed',
      containers: [
        {
          lives: [
            { restart: 0, outcome: 'crashed', lines: 0 },
            { restart: 1, lines: 7 },
          ],
        },
      ],
    })
    expect((await get('static', `/v1/pods/${staticUid}`)).body).toEqual((await get('static', `/v1/pods/${uid(9)}`)).body)
  })

  test('lines known by their container id only belong to the life that has it', async () => {
    await tell('by-id', fixture('pod-oom-restarted'))
    await say('by-id', 3, { pod: 'search-6c5d7f9b8d-p8k2m', containerId: `containerd://${'15'.repeat(32)}` })
    await say('by-id', 2, { pod: 'search-6c5d7f9b8d-p8k2m', containerId: '16'.repeat(32) })
    await say('by-id', 4, { pod: 'search-6c5d7f9b8d-p8k2m', podUid: uid(2), restart: 2, clock: '10:10:00' })
    expect(await list('by-id')).toMatchObject([
      {
        uid: uid(2),
        lines: 9,
        containers: [
          {
            lives: [
              { restart: 1, lines: 3 },
              { restart: 2, lines: 6 },
            ],
          },
        ],
      },
    ])
  })

  test('lines that nothing matches are listed as unresolved', async () => {
    await say('lost', 3, { pod: 'cart-1', containerId: 'aa'.repeat(32) })
    await say('lost', 2, { pod: 'cart-1', containerId: 'bb'.repeat(32), clock: '11:00:00' })
    const made = 'unresolved:prod-eu/shop/cart-1'
    const pods = await list('lost')
    expect(pods).toMatchObject([
      {
        uid: made,
        name: 'cart-1',
        namespace: 'shop',
        lines: 5,
        restarts: null,
        containers: [
          {
            lives: [
              { restart: null, lines: 3 },
              { restart: null, lines: 2 },
            ],
          },
        ],
      },
    ])
    expect((await get('lost', `/v1/pods/${encodeURIComponent(made)}`)).body).toMatchObject(pods[0]!)
  })

  test('lines without a uid but with their restart are counted per life', async () => {
    await say('numbered', 3, { pod: 'cart-1', restart: 0 })
    await say('numbered', 2, { pod: 'cart-1', restart: 1, clock: '11:00:00' })
    expect(await list('numbered')).toMatchObject([
      {
        uid: 'unresolved:prod-eu/shop/cart-1',
        lines: 5,
        restarts: 1,
        containers: [
          {
            lives: [
              { restart: 0, lines: 3 },
              { restart: 1, lines: 2 },
            ],
          },
        ],
      },
    ])
  })

  test('a name that three uids used is three pods', async () => {
    const named = (n: number) =>
      fixture('pod-replacement', (pod) =>
        Object.assign(pod['metadata'], { uid: `web-${n}`, creationTimestamp: `2026-11-23T0${n}:00:00Z` }),
      )
    await tell('names', named(1), named(2))
    await say('names', 1, { pod: 'web-0', podUid: 'web-3', restart: 0 })
    expect((await list('names', 'name=web-0')).map((pod) => pod['uid'] as string).toSorted()).toEqual(['web-1', 'web-2', 'web-3'])
  })
})

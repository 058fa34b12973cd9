import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { outcomes } from '#shared/lifecycle/evidence.ts'
import { fixture } from '#test/support/kubernetes.ts'
import { namesOf, openPodsService, uid, type PodsService } from '#test/support/pods-service.ts'

let service: PodsService
const { tell, say, get, list } = {
  tell: (...args: Parameters<PodsService['tell']>) => service.tell(...args),
  say: (...args: Parameters<PodsService['say']>) => service.say(...args),
  get: (...args: Parameters<PodsService['get']>) => service.get(...args),
  list: (...args: Parameters<PodsService['list']>) => service.list(...args),
}
beforeAll(async () => {
  service = await openPodsService()
})
afterAll(async () => {
  await service?.[Symbol.asyncDispose]()
})

describe('a pod of the list', () => {
  const tenant = 'list'
  beforeAll(async () => {
    await tell(tenant, fixture('pod-crash-loop'), fixture('event-backoff'), fixture('pod-job-completed'))
    for (let i = 0; i < 3; i++)
      await say(tenant, 20, { pod: 'cart-7d9f8b6c5-x2v4q', podUid: uid(1), restart: 3, clock: '10:04:00' })
    for (let i = 0; i < 2; i++)
      await say(tenant, 5, { pod: 'cart-7d9f8b6c5-x2v4q', podUid: uid(1), restart: 4, clock: '10:05:58' })
    await say(tenant, 4, { pod: 'said-only', podUid: 'no-lifecycle', restart: 0, clock: '09:00:00' })
  })

  test('has the fields of the contract, lines counted once however often they were sent', async () => {
    const [pod] = await list(tenant, 'name=cart-7d9f8b6c5-x2v4q')
    expect(pod).toEqual({
      cluster: 'prod-eu',
      namespace: 'shop',
      name: 'cart-7d9f8b6c5-x2v4q',
      uid: uid(1),
      node: 'node-7',
      owner: { kind: 'Deployment', name: 'cart' },
      outcome: 'crashed',
      reason: 'CrashLoopBackOff',
      message: '',
      exitCode: 1,
      firstSeen: '2026-11-23T10:00:00.000000000Z',
      lastSeen: '2026-11-23T10:06:02.000000001Z',
      diedAt: '2026-11-23T10:06:00.000000000Z',
      restarts: 4,
      lines: 25,
      linesExact: true,
      containers: [
        {
          name: 'app',
          lives: [
            {
              restart: 3,
              containerId: '',
              startedAt: null,
              finishedAt: null,
              outcome: 'unknown',
              reason: '',
              exitCode: null,
              signal: null,
              lines: 20,
              linesExact: true,
              firstLine: '2026-11-23T10:04:00.000000001Z',
              lastLine: '2026-11-23T10:04:19.000000001Z',
              seal: { state: 'unsealed', lines: 20, gaps: [], text: expect.stringContaining('does not name its files') },
            },
            {
              restart: 4,
              containerId: '0e'.repeat(32),
              startedAt: '2026-11-23T10:05:58.000000000Z',
              finishedAt: '2026-11-23T10:06:00.000000000Z',
              outcome: 'crashed',
              reason: 'Error',
              exitCode: 1,
              signal: null,
              lines: 5,
              linesExact: true,
              firstLine: '2026-11-23T10:05:58.000000001Z',
              lastLine: '2026-11-23T10:06:02.000000001Z',
              seal: { state: 'unsealed', lines: 5, gaps: [], text: expect.stringContaining('does not name its files') },
            },
          ],
        },
      ],
    })
  })

  test('is there with lifecycle only, and with lines only', async () => {
    expect(await list(tenant, 'name=invoice-29400000-abcde')).toMatchObject([
      {
        outcome: 'completed',
        lines: 0,
        exitCode: 0,
        restarts: 0,
        containers: [{ lives: [{ restart: 0, lines: 0, firstLine: null }] }],
      },
    ])
    expect(await list(tenant, 'name=said-only')).toMatchObject([
      {
        outcome: 'unknown',
        lines: 4,
        exitCode: null,
        diedAt: null,
        restarts: 0,
        node: 'node-7',
        uid: 'no-lifecycle',
        owner: { kind: '', name: '' },
      },
    ])
  })

  test('comes newest first', async () => {
    expect(namesOf(await list(tenant))).toEqual(['cart-7d9f8b6c5-x2v4q', 'invoice-29400000-abcde', 'said-only'])
  })

  test('is its tenant’s alone', async () => {
    expect(await list('somebody-else')).toEqual([])
    expect((await get('somebody-else', `/v1/pods/${uid(1)}`)).status).toBe(404)
  })
})

describe('filters', () => {
  const tenant = 'filters'
  /** Pods whose objects say that they live, whatever became of their containers, and one that died after 11:00. */
  const alive = [
    'cart-7d9f8b6c5-ta1nt',
    'cart-7d9f8b6c5-x2v4q',
    'etcd-control-1',
    'orders-84bd9f6c7-i1n1t',
    'search-6c5d7f9b8d-p8k2m',
    'search-6c5d7f9b8d-q9w4z',
    'web-0',
  ]
  const all = [
    'pod-crash-loop',
    'pod-oom-restarted',
    'pod-oom-loop',
    'pod-evicted-disk',
    'pod-node-shutdown',
    'pod-job-completed',
    'watch-deleted-healthy',
    'pod-replacement',
    'pod-static',
    'pod-init-failure',
    'pod-preempted',
    'watch-evicted-api',
    'pod-taint-manager',
    'event-node-not-ready',
    'event-taint-eviction',
  ]
  beforeAll(async () => {
    await tell(tenant, ...all.map((name) => fixture(name)))
    await say(tenant, 1, { pod: 'mute', podUid: 'mute-uid', namespace: 'other', cluster: 'lab', node: 'node-1' })
    await tell(
      tenant,
      fixture('event-killing', (event) => Object.assign(event['involvedObject'], { uid: 'event-only', name: 'event-only' })),
    )
  })

  test.each([
    ['namespace=batch', ['train-7-worker']],
    ['namespace=batch&namespace=other', ['train-7-worker', 'mute']],
    ['node=node-8', ['web-0']],
    ['cluster=lab', ['mute']],
    ['owner=StatefulSet/web', ['web-0', 'web-0']],
    ['owner=search&outcome=oomkilled', ['search-6c5d7f9b8d-p8k2m', 'search-6c5d7f9b8d-q9w4z']],
    ['owner=ReplicaSet/orders-84bd9f6c7', ['orders-84bd9f6c7-i1n1t']],
    ['owner=Deployment/web', []],
    ['outcome=evicted&namespace=shop', ['cart-7d9f8b6c5-dr41n', 'thumbs-5f6b7c8d9-j4h5g']],
    ['outcome=node-lost', ['cart-7d9f8b6c5-ta1nt', 'cart-7d9f8b6c5-n0d3s']],
    ['outcome=deleted', ['web-0', 'event-only']],
    ['outcome=completed&outcome=unknown', ['mute', 'invoice-29400000-abcde']],
    ['from=2026-11-23T11:00:00Z', alive],
    ['to=2026-11-23T05:00:00Z', ['cart-7d9f8b6c5-ta1nt', 'cart-7d9f8b6c5-dr41n']],
    ['from=-1h&to=now', alive],
    ['name=nobody', []],
  ])('%s', async (query, expected) => {
    expect(namesOf(await list(tenant, query)).toSorted()).toEqual(expected.toSorted())
  })

  test('an outcome finds exactly the pods that the full list shows with it', async () => {
    const everything = await list(tenant)
    expect(everything).toHaveLength(15)
    for (const outcome of outcomes) {
      expect(namesOf(await list(tenant, `outcome=${outcome}`)), outcome).toEqual(
        namesOf(everything.filter((pod) => pod['outcome'] === outcome)),
      )
    }
  })

  test.each([
    ['color=red', 'color'],
    ['limit=0', 'limit'],
    ['limit=10001', 'limit'],
    ['limit=x', 'limit'],
    ['outcome=exploded', 'outcome'],
    ['owner=a/b/c', 'owner'],
    ['from=yesterday', 'from'],
    ['from=2026-11-23T10:00:00Z&to=2026-11-23T10:00:00Z', 'to'],
    ['cursor=AAAA', 'cursor'],
    ['cursor=%F0', 'cursor'],
    ['limit=5&limit=6', 'limit'],
  ])('%s is 400 and says which parameter', async (query, parameter) => {
    expect(await get(tenant, `/v1/pods?${query}`)).toMatchObject({ status: 400, body: { parameter } })
  })
})

test('facts that arrive in another order, or twice, change nothing', async () => {
  const told = [
    fixture('pod-replacement', (pod) => {
      pod['metadata'].uid = uid(7)
      pod['metadata'].resourceVersion = '100'
    }),
    fixture('watch-deleted-healthy'),
  ]
  await tell('order-a', told[0])
  await tell('order-a', told[1])
  await tell('order-b', told[1])
  await tell('order-b', told[0])
  await tell('order-b', told[1])
  await tell('order-b', told[0])
  const expected = await list('order-a')
  expect(expected).toMatchObject([{ outcome: 'deleted' }])
  expect(await list('order-b')).toEqual(expected)
})

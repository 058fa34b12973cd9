import type { FastifyInstance } from 'fastify'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { columns } from '#ingest/store/columns.ts'
import type { TableRows } from '#ingest/store/table-rows.ts'
import { podRoute } from '#query/routes/pod.ts'
import { podsRoute } from '#query/routes/pods.ts'
import { podAnswer, podsAnswer } from '#query/routes/schemas/pods.ts'
import { createHttpServer } from '#shared/http/server.ts'
import { outcomes } from '#shared/lifecycle/evidence.ts'
import { createLogger } from '#shared/logger.ts'
import { decode, fixture, origin, type KubernetesObject } from '#test/support/kubernetes.ts'
import { openTestStore, type TestStore } from '#test/support/store.ts'

let opened: TestStore
let app: FastifyInstance
const uid = (n: number) => `5b0c${String(n).padStart(4, '0')}-7d1e-4f2a-9b3c-${String(n).padStart(12, '0')}`
const staticUid = '0f3d2c1b4a59687f8e7d6c5b4a392817'

beforeAll(async () => {
  opened = await openTestStore()
  const log = createLogger({ level: 'silent', service: 'query' })
  const options = { store: opened.store, limits: { timeMs: 20_000 }, clock: () => Date.UTC(2026, 10, 23, 12) }
  app = (await createHttpServer({
    log,
    bodyBytesMax: 1e6,
    registry: new Registry(),
    readiness: async () => [],
    routes: [podsRoute(options), podRoute(options)],
  })) as unknown as FastifyInstance
})
afterAll(async () => {
  await app?.close()
  await opened?.[Symbol.asyncDispose]()
})

async function write({ table, rows }: Pick<TableRows, 'table' | 'rows'>): Promise<void> {
  await opened.store.insert({ table, columns: columns[table], rows, format: 'JSONCompactEachRow' })
}

async function tell(tenant: string, ...objects: unknown[]): Promise<void> {
  const { tables, rejects } = decode(objects, { ...origin, tenant })
  expect(rejects).toEqual([])
  for (const rows of tables) await write(rows)
}

interface LineOptions {
  pod: string
  podUid?: string
  namespace?: string
  cluster?: string
  container?: string
  restart?: number
  containerId?: string
  clock?: string
  node?: string
}

/** `count` lines of one life, a second apart. */
async function say(tenant: string, count: number, line: LineOptions): Promise<void> {
  const {
    pod,
    podUid = '',
    namespace = 'shop',
    cluster = 'prod-eu',
    container = 'app',
    restart = -1,
    containerId = '',
    clock = '10:00:00',
    node = 'node-7',
  } = line
  const start = Date.parse(`2026-11-23T${clock}Z`)
  const given = {
    tenant,
    cluster,
    namespace,
    pod,
    pod_uid: podUid,
    container,
    restart,
    container_id: containerId,
    node,
    stream: 'stdout',
    labels: {},
    attributes: {},
    class: 'default',
    length: -1,
  }
  const rows = Array.from({ length: count }, (_, i) => {
    const ts = `${new Date(start + i * 1000).toISOString().slice(0, 19).replace('T', ' ')}.000000001`
    const row: Record<string, unknown> = {
      ...given,
      ts,
      message: `line ${i}`,
      offset: i * 10,
      received: '2026-11-23 12:00:00.000',
    }
    return `${JSON.stringify(columns.logs.map((column) => row[column] ?? (['partial', 'eof', 'ordinal'].includes(column) ? 0 : '')))}\n`
  })
  await write({ table: 'logs', rows: Buffer.from(rows.join('')) })
}

async function get(tenant: string, path: string): Promise<{ status: number; body: KubernetesObject }> {
  const answer = await app.inject({ url: path, headers: { 'x-scope-orgid': tenant } })
  return { status: answer.statusCode, body: answer.json<KubernetesObject>() }
}

async function list(tenant: string, query = ''): Promise<KubernetesObject[]> {
  const { status, body } = await get(tenant, `/v1/pods?${query}`)
  expect(status, JSON.stringify(body)).toBe(200)
  return podsAnswer.parse(body).pods
}

const namesOf = (pods: readonly KubernetesObject[]) => pods.map(({ name }) => name as string)

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
              firstLine: '2026-11-23T10:04:00.000000001Z',
              lastLine: '2026-11-23T10:04:19.000000001Z',
              seal: { state: 'unsealed', lines: 20, gaps: [], text: expect.stringContaining('20 lines') },
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
              firstLine: '2026-11-23T10:05:58.000000001Z',
              lastLine: '2026-11-23T10:06:02.000000001Z',
              seal: { state: 'unsealed', lines: 5, gaps: [], text: expect.any(String) },
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
    ['owner=search&outcome=running', ['search-6c5d7f9b8d-p8k2m']],
    ['owner=ReplicaSet/orders-84bd9f6c7', ['orders-84bd9f6c7-i1n1t']],
    ['owner=Deployment/web', []],
    ['outcome=evicted&namespace=shop', ['cart-7d9f8b6c5-dr41n', 'thumbs-5f6b7c8d9-j4h5g']],
    ['outcome=node-lost', ['cart-7d9f8b6c5-ta1nt', 'cart-7d9f8b6c5-n0d3s']],
    ['outcome=deleted', ['web-0', 'event-only']],
    ['outcome=completed&outcome=unknown', ['mute', 'invoice-29400000-abcde']],
    ['from=2026-11-23T11:00:00Z', ['cart-7d9f8b6c5-ta1nt']],
    ['to=2026-11-23T05:00:00Z', ['cart-7d9f8b6c5-ta1nt', 'cart-7d9f8b6c5-dr41n']],
    ['from=-1h&to=now', ['cart-7d9f8b6c5-ta1nt']],
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

describe('paging', () => {
  async function walk(
    tenant: string,
    query: string,
    between: (page: number) => Promise<void> = async () => {},
  ): Promise<string[]> {
    const seen: string[] = []
    for (let next: string | null = '', page = 0; next !== null; page++) {
      const { body } = await get(tenant, `/v1/pods?${query}${next === '' ? '' : `&cursor=${next}`}`)
      seen.push(...body['pods'].map((pod: KubernetesObject) => pod['uid']))
      next = body['next'] as string | null
      if (next !== null) await between(page)
    }
    return seen
  }
  const many = Array.from({ length: 25 }, (_, i) => `p${String(i).padStart(2, '0')}`)

  test('visits every pod once, also among equal times', async () => {
    for (const name of many)
      await say('paging', 1, { pod: name, podUid: name, restart: 0, clock: Number(name.slice(1)) < 12 ? '10:00:00' : '11:00:00' })
    const seen = await walk('paging', 'limit=4')
    expect(seen).toEqual([...many.slice(12), ...many.slice(0, 12)])
    expect(await walk('paging', 'limit=3&outcome=unknown')).toEqual(seen)
    expect(await walk('paging', 'limit=25')).toEqual(seen)
  })

  test('visits every pod once while pods speak and are born', async () => {
    for (const name of many) await say('speaking', 1, { pod: name, podUid: name, restart: 0, clock: `10:${name.slice(1)}:00` })
    const seen = await walk('speaking', 'limit=4', async (page) => {
      await say('speaking', 1, { pod: `p0${page}`, podUid: `p0${page}`, restart: 0, clock: `11:0${page}:00` })
      await say('speaking', 1, { pod: `p2${page % 5}`, podUid: `p2${page % 5}`, restart: 0, clock: `11:1${page}:00` })
      await say('speaking', 1, { pod: `new${page}`, podUid: `new${page}`, restart: 0, clock: `11:2${page}:00` })
    })
    expect(seen.toSorted()).toEqual(many)
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
      outcome: 'running',
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

describe('one pod', () => {
  const tenant = 'one'
  beforeAll(async () => {
    await tell(
      tenant,
      fixture('watch-deleted-healthy'),
      fixture('event-killing'),
      fixture('pod-replacement'),
      fixture('event-v1-scheduled'),
    )
    await say(tenant, 2, { pod: 'web-0', podUid: uid(7), restart: 0, clock: '10:30:20' })
  })

  test('adds events, labels, image digests and the replacement to the pod of the list', async () => {
    const [, listed] = await list(tenant)
    const { status, body } = await get(tenant, `/v1/pods/${uid(7)}`)
    expect(status).toBe(200)
    podAnswer.parse(body)
    expect(body).toEqual({
      ...listed,
      ip: '10.244.1.17',
      labels: { app: 'web', 'statefulset.kubernetes.io/pod-name': 'web-0' },
      annotations: {},
      imageDigests: { app: `sha256:${'47'.repeat(32)}` },
      events: [
        {
          type: 'Normal',
          reason: 'Killing',
          message: 'Stopping container app',
          count: 1,
          firstTime: '2026-11-23T10:30:00.000000000Z',
          lastTime: '2026-11-23T10:30:00.000000000Z',
          container: 'app',
          component: 'kubelet',
          host: 'node-7',
        },
      ],
      replacement: { uid: uid(8), name: 'web-0', node: 'node-8', startedAt: '2026-11-23T10:30:24.000000000Z' },
    })
    expect(listed).toMatchObject({
      outcome: 'deleted',
      diedAt: '2026-11-23T10:30:21.000000000Z',
      containers: [{ lives: [{ outcome: 'deleted', exitCode: 143, lines: 2 }] }],
    })
  })

  test('a pod that lives has no replacement', async () => {
    expect((await get(tenant, `/v1/pods/${uid(8)}`)).body).toMatchObject({
      outcome: 'running',
      diedAt: null,
      replacement: null,
      events: [{ reason: 'Scheduled' }],
    })
  })

  test('an unknown uid is 404, an unknown parameter 400', async () => {
    expect((await get(tenant, '/v1/pods/nobody')).status).toBe(404)
    expect((await get(tenant, '/v1/pods/unresolved%3Ax%2Fy%2Fz')).status).toBe(404)
    expect(await get(tenant, `/v1/pods/${uid(7)}?x=1`)).toMatchObject({ status: 400, body: { parameter: 'x' } })
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

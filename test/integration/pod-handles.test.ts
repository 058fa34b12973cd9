// GET /v1/pods by whatever people have in hand, also of pods long gone, and by addresses that were used again.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fixture, type KubernetesObject } from '#test/support/kubernetes.ts'
import { namesOf, openPodsService, uid, type PodsService } from '#test/support/pods-service.ts'

let service: PodsService
const tell = (...args: Parameters<PodsService['tell']>) => service.tell(...args)
const say = (...args: Parameters<PodsService['say']>) => service.say(...args)
const names = async (tenant: string, query: string) => namesOf(await service.list(tenant, query)).toSorted()
beforeAll(async () => {
  service = await openPodsService()
})
afterAll(async () => {
  await service?.[Symbol.asyncDispose]()
})

const at = (clock: string): string => `2026-11-23T${clock}Z`
interface Shape {
  name: string
  ip?: string
  ips?: string[]
  born?: string
  /** Last told of then. */
  told?: string
  over?: boolean
  version?: number
  change?: (pod: KubernetesObject) => void
}

/** A pod `name`, uid `uid-<name>`. */
function pod({
  name,
  ip = '',
  ips = [],
  born = '08:00:00',
  told = born,
  over = false,
  version = 1,
  change = () => {},
}: Shape): unknown {
  const object = fixture('pod-replacement', (made) => {
    Object.assign(made['metadata'], { name, uid: `uid-${name}`, resourceVersion: String(version), creationTimestamp: at(born) })
    made['metadata'].managedFields[0].time = at(told)
    Object.assign(made['status'], {
      startTime: at(born),
      podIP: ip,
      podIPs: ips.map((each) => ({ ip: each })),
      conditions: [],
      containerStatuses: [],
    })
    if (over) made['status'].phase = 'Failed'
    change(made)
  })
  return over ? { type: 'DELETED', object } : object
}

describe('by address', () => {
  const tenant = 'address'
  beforeAll(async () => {
    await tell(
      tenant,
      pod({ name: 'first', ip: '10.244.1.5', born: '08:00:00', told: '08:00:05' }),
      // Its last object has no address any more.
      pod({ name: 'first', born: '08:00:00', told: '09:00:00', over: true, version: 2 }),
      pod({ name: 'second', ip: '10.244.1.5', born: '10:00:00', told: '10:00:09' }),
      // Nobody told of the end of the second: its node vanished.
      pod({ name: 'third', ip: '10.244.1.5', born: '11:00:00', told: '11:00:09' }),
      pod({ name: 'moved', ip: '10.244.1.6', born: '08:00:00', told: '08:00:10' }),
      pod({ name: 'moved', ip: '10.244.1.7', born: '08:00:00', told: '09:30:00', version: 2 }),
      pod({ name: 'dual', ip: '10.244.1.9', ips: ['10.244.1.9', 'fd00::9'], born: '08:00:00' }),
      ...['proxy', 'exporter'].map((name) =>
        pod({ name, ip: '192.168.0.4', born: '08:00:00', change: (made) => (made['spec'].hostNetwork = true) }),
      ),
    )
  })

  test.each([
    ['ip=10.244.1.5', ['first', 'second', 'third']],
    ['ip=10.244.1.5&at=2026-11-23T07:59:59Z', []],
    ['ip=10.244.1.5&at=2026-11-23T08:30:00Z', ['first']],
    ['ip=10.244.1.5&at=2026-11-23T09:30:00Z', []],
    ['ip=10.244.1.5&at=2026-11-23T10:30:00Z', ['second']],
    ['ip=10.244.1.5&at=2026-11-23T11:30:00Z', ['third']],
    ['ip=10.244.1.5&at=now', ['third']],
    ['ip=10.244.1.5&from=2026-11-23T08:30:00Z&to=2026-11-23T10:30:00Z', ['first', 'second']],
    ['ip=10.244.1.5&from=2026-11-23T09:30:00Z&to=2026-11-23T09:40:00Z', []],
    ['ip=10.244.1.6&at=2026-11-23T09:00:00Z', ['moved']],
    ['ip=10.244.1.6&at=2026-11-23T09:30:01Z', []],
    ['ip=10.244.1.7&at=2026-11-23T09:00:00Z', []],
    ['ip=10.244.1.7&at=2026-11-23T09:30:00Z', ['moved']],
    ['ip=fd00:0:0::9&at=2026-11-23T09:00:00Z', ['dual']],
    ['ip=10.244.1.9&at=2026-11-23T09:00:00Z', ['dual']],
    ['ip=192.168.0.4&at=2026-11-23T09:00:00Z', ['exporter', 'proxy']],
    ['ip=10.244.1.5&ip=10.244.1.9&at=2026-11-23T08:30:00Z', ['dual', 'first']],
    ['ip=10.244.1.5&name=second', ['second']],
    ['ip=10.244.1.5&outcome=running', ['second', 'third']],
    ['ip=10.9.9.9', []],
  ])('%s', async (query, expected) => {
    expect(await names(tenant, query)).toEqual(expected)
  })

  test('the same address in another cluster is another address', async () => {
    await tell('clusters', pod({ name: 'here', ip: '10.244.1.5', born: '08:00:00' }))
    expect(await names('clusters', 'ip=10.244.1.5&at=now')).toEqual(['here'])
    expect(await names('nobody', 'ip=10.244.1.5')).toEqual([])
  })
})

describe('by container id', () => {
  const tenant = 'container'
  const id = (byte: string) => byte.repeat(32)
  beforeAll(async () => {
    await tell(tenant, fixture('pod-oom-restarted'), fixture('pod-static'))
    await say(tenant, 2, { pod: 'only-lines', podUid: 'said', restart: 0, containerId: `cri-o://${id('ab')}` })
    await say(tenant, 1, { pod: 'lost', containerId: `containerd://${id('cd')}` })
    await say(tenant, 1, { pod: 'lost', containerId: `containerd://${id('ef')}`, clock: '10:30:00' })
    await say(tenant, 3, { pod: 'search-6c5d7f9b8d-p8k2m', containerId: id('15') })
  })

  test.each([
    [`containerId=${id('15')}`, ['search-6c5d7f9b8d-p8k2m']],
    ['containerId=151515', ['search-6c5d7f9b8d-p8k2m']],
    ['containerId=CONTAINERD://1515151515151515', ['search-6c5d7f9b8d-p8k2m']],
    [`containerId=15151515151515${'0'.repeat(50)}`, []],
    ['containerId=ababab', ['only-lines']],
    [`containerId=docker://${id('ab')}`, ['only-lines']],
    ['containerId=cdcdcd', ['lost']],
    [`containerId=${id('ef')}&containerId=ababab`, ['lost', 'only-lines']],
    ['containerId=123456', []],
  ])('%s', async (query, expected) => {
    expect(await names(tenant, query)).toEqual(expected)
  })

  test('lines whose id is told later no longer make an unresolved pod', async () => {
    const told = fixture('pod-oom-restarted', (made) => {
      Object.assign(made['metadata'], { uid: 'late', name: 'late' })
      made['status'].containerStatuses[0].state.running = { startedAt: at('10:00:00') }
      made['status'].containerStatuses[0].containerID = `containerd://${id('77')}`
    })
    await say('later', 1, { pod: 'late', containerId: id('77') })
    expect((await service.list('later', 'containerId=777777')).map((found) => found['uid'])).toEqual([
      'unresolved:prod-eu/shop/late',
    ])
    await tell('later', told)
    expect((await service.list('later', 'containerId=777777')).map((found) => found['uid'])).toEqual(['late'])
  })
})

describe('by what it ran and where', () => {
  const tenant = 'handles'
  const digest = `sha256:${'5a'.repeat(32)}`
  const container = (image: string) => ({
    name: 'app',
    ready: true,
    restartCount: 0,
    image,
    imageID: `registry.example/cart@${digest}`,
    state: { running: { startedAt: at('08:00:00') } },
  })
  const owned = (kind: string, name: string) => (made: KubernetesObject) =>
    (made['metadata'].ownerReferences = [{ apiVersion: 'batch/v1', kind, name, uid: 'x', controller: true }])
  beforeAll(async () => {
    await tell(
      tenant,
      pod({
        name: 'cart',
        born: '08:00:00',
        change: (made) => {
          made['metadata'].labels = { app: 'cart', tier: 'web', 'example.com/team': 'a.b_c' }
          made['status'].containerStatuses = [container('docker.io/library/cart:1.2')]
          made['spec'].containers[0].image = 'cart:1.2'
          made['spec'].nodeName = 'node-a'
        },
      }),
      pod({
        name: 'web',
        born: '09:00:00',
        told: '10:00:00',
        over: true,
        change: (made) => {
          made['metadata'].labels = { app: 'web', tier: 'web' }
          made['spec'].containers[0].image = 'registry.example:5000/web:2'
          made['spec'].nodeName = 'node-a'
        },
      }),
      pod({
        name: 'nightly-29400000-abcde',
        born: '11:00:00',
        change: (made) => {
          made['metadata'].labels = {}
          made['spec'].nodeName = 'node-b'
          owned('Job', 'nightly-29400000')(made)
        },
      }),
      pod({ name: 'once-abcde', born: '11:00:00', change: owned('Job', 'once') }),
      fixture('event-evicted', (event) => Object.assign(event['involvedObject'], { uid: 'uid-web', name: 'web' })),
      fixture('event-evicted', (event) => {
        Object.assign(event['metadata'], { uid: 'e-node', name: 'about-a-node' })
        Object.assign(event['involvedObject'], { kind: 'Node', uid: 'uid-cart', name: 'node-a' })
      }),
    )
    await say(tenant, 2, { pod: 'said', podUid: 'said', restart: 0, node: 'node-a', clock: '09:30:00' })
  })

  test.each([
    ['label=app%3Dcart', ['cart']],
    ['label=app%3Dcart&label=app%3Dweb', ['cart', 'once-abcde', 'web']],
    ['label=app%3Dcart&label=tier%3Dweb', ['cart']],
    ['label=tier', ['cart', 'web']],
    ['label=tier&label=app%3Dweb', ['web']],
    ['label=example.com/team%3Da.b_c', ['cart']],
    ['label=app%3D', []],
    ['label=ap', []],
    [`image=${digest}`, ['cart']],
    ['image=sha256:5a5a5a', ['cart']],
    [`image=registry.example/cart@${digest}`, ['cart']],
    ['image=sha256:5b5b5b', []],
    ['image=cart:1.2', ['cart']],
    ['image=docker.io/library/cart', ['cart']],
    ['image=car', []],
    ['image=registry.example:5000/web', ['web']],
    ['node=node-a&at=2026-11-23T08:30:00Z', ['cart']],
    ['node=node-a&at=2026-11-23T09:30:00.5Z', ['cart', 'said', 'web']],
    ['node=node-a&at=2026-11-23T10:30:00Z', ['cart']],
    ['node=node-a&at=-1s', ['cart']],
    ['node=node-b&at=2026-11-23T10:30:00Z', []],
    ['owner=CronJob/nightly', ['nightly-29400000-abcde']],
    ['owner=nightly', ['nightly-29400000-abcde']],
    ['owner=Job/nightly-29400000', ['nightly-29400000-abcde']],
    ['owner=Job/once', ['once-abcde']],
    ['owner=CronJob/once', []],
    ['event=e0000000-0000-4000-8000-000000000004', ['web']],
    ['event=thumbs-5f6b7c8d9-j4h5g.17a4', ['web']],
    ['event=about-a-node', []],
    ['event=e0000000', []],
    ['uid=uid-ca', ['cart']],
    ['uid=uid-cart&uid=said', ['cart', 'said']],
    ['uid=uid-c', []],
    ['uid=sai', []],
    ["label=app%3Dcart&name='%20OR%201%3D1", []],
  ])('%s', async (query, expected) => {
    expect(await names(tenant, query)).toEqual(expected)
  })

  test('a static pod is found by either of its uids, by its Events and by its labels', async () => {
    await tell(
      'static',
      fixture('pod-static'),
      fixture('event-killing', (event) => Object.assign(event['involvedObject'], { uid: mirror, name: 'etcd-control-1' })),
    )
    await say('static', 1, { pod: 'etcd-control-1', podUid: mirror, namespace: 'kube-system', containerId: 'aabbccddeeff0011' })
    for (const query of [
      `uid=${mirror}`,
      `uid=${uid(9)}`,
      'event=e0000000-0000-4000-8000-000000000007',
      'containerId=aabbccddeeff00',
      'label=component',
      'node=control-1',
      'name=etcd-control-1',
    ])
      expect(
        (await service.list('static', query)).map((found) => found['uid']),
        query,
      ).toEqual([uid(9)])
  })
  const mirror = '0f3d2c1b4a59687f8e7d6c5b4a392817'

  test('a static pod of which only its object is known is found by the uid of its log path', async () => {
    await tell('static-object', fixture('pod-static'))
    for (const asked of [mirror, mirror.slice(0, 6)])
      expect((await service.list('static-object', `uid=${asked}`)).map((found) => found['uid'])).toEqual([uid(9)])
    for (const asked of [mirror.slice(0, 5), mirror.slice(1)])
      expect(await service.list('static-object', `uid=${asked}`)).toEqual([])
  })

  test('a bad value is 400 and names its parameter, also where it is one of many', async () => {
    for (const [parameter, query] of [
      ['ip', 'ip=10.0.0.1&ip=x'],
      ['label', 'label=a%3Db,!'],
      ['containerId', 'containerId=zz'],
      ['at', 'at=noon'],
      ['image', 'image='],
      ['labels', 'labels=x'],
      ['at', 'at=now&at=now'],
      ['uid', Array.from({ length: 101 }, (_, i) => `uid=uid-of-${i}`).join('&')],
    ] as const)
      expect(await service.get(tenant, `/v1/pods?${query}`), query).toMatchObject({ status: 400, body: { parameter } })
  })

  test('a relative time stays what it was on the first page', async () => {
    const first = await service.get(tenant, '/v1/pods?node=node-a&at=2026-11-23T09:30:00.5Z&limit=1')
    const rest = await service.get(tenant, `/v1/pods?node=node-a&at=2026-11-23T09:30:00.5Z&limit=9&cursor=${first.body['next']}`)
    expect([first.body['pods'].length, rest.body['pods'].length, rest.body['next']]).toEqual([1, 2, null])
    const other = await service.get(tenant, `/v1/pods?node=node-a&at=2026-11-23T09:31:00Z&cursor=${first.body['next']}`)
    expect(other).toMatchObject({ status: 400, body: { parameter: 'cursor' } })
  })
})

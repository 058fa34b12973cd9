// pods/NAME/log on the real engine: each life alone, byte for byte, with every parameter; followed to its end.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fixture, type KubernetesObject } from '#test/support/kubernetes.ts'
import { apiTenant, type ApiTenant } from '#test/support/kubernetes-api.ts'
import { listsHave, startTestService, type TestService } from '#test/support/service.ts'

let service: TestService
beforeAll(async () => {
  service = await startTestService({ AFTERLOG_RETENTION: 'default=3650d' })
})
afterAll(() => service[Symbol.asyncDispose]())

const uid = '5b0c0001-7d1e-4f2a-9b3c-000000000001'
const name = 'cart-7d9f8b6c5-x2v4q'
const file = (restart: number, container = 'app') => `/var/log/pods/shop_${name}_${uid}/${container}/${restart}.log`
const at = (second: number, stream = 'stdout', tag = 'F') =>
  `2026-11-23T10:00:${String(second).padStart(2, '0')}.000000007Z ${stream} ${tag} `
const odd = Buffer.from([0x61, 0xff, 0xfe, 0x62])

let k8s: ApiTenant
const log = async (query = '', pod = name) => {
  const { status, bytes, body } = await k8s.get(`/api/v1/namespaces/shop/pods/${pod}/log?${query}`)
  return status === 200 ? bytes.toString('latin1') : `${status} ${body['message']}`
}

describe('a pod of three lives and a sidecar', () => {
  const lives = ['first\n', `${odd.toString('latin1')}\n\ncrlf\r\nerr\n  spaces  \n`, 'third\n']
  beforeAll(async () => {
    k8s = apiTenant(service.url, 'lives')
    await k8s.tell(
      fixture('pod-crash-loop', (pod) => {
        pod['spec'].containers.push({ name: 'proxy', image: 'proxy:1' })
        pod['spec'].initContainers = [{ name: 'prepare', image: 'init:1' }]
        pod['status'].containerStatuses[0].restartCount = 2
      }),
    )
    const say = async () => {
      const second = [`${at(4)}crlf\r`, `${at(5, 'stderr')}err`, `${at(6)}  spaces  `]
      await Promise.all([
        k8s.say(file(0), `${at(1)}first`),
        k8s.say(file(1), Buffer.concat([Buffer.from(at(2)), odd]), at(3), ...second),
        k8s.say(file(2), `${at(10)}third`),
        k8s.say(file(0, 'proxy'), `${at(1)}proxied`),
      ])
    }
    await say()
  })

  test('each life is by itself: the newest, the one before, those further back, and by number', async () => {
    expect(await log('container=app')).toBe(lives[2])
    expect(await log('container=app&previous=true')).toBe(lives[1])
    expect(await log('container=app@-1')).toBe(lives[1])
    expect(await log('container=app@-2')).toBe(lives[0])
    expect(await log('container=app@0')).toBe(lives[0])
    expect(await log('container=app', `${name}@-1`)).toBe(lives[1])
    expect(await log('container=app', `${name}@0`)).toBe(lives[0])
    expect(await log('container=app', `${name}.5b0c@0`)).toBe(lives[0])
    expect(await log('container=proxy')).toBe('proxied\n')
  })

  test.each([
    [
      'timestamps=true',
      `2026-11-23T10:00:02.000000007Z ${odd.toString('latin1')}\n2026-11-23T10:00:03.000000007Z \n2026-11-23T10:00:04.000000007Z crlf\r\n2026-11-23T10:00:05.000000007Z err\n2026-11-23T10:00:06.000000007Z   spaces  \n`,
    ],
    ['tailLines=2', 'err\n  spaces  \n'],
    ['tailLines=0', ''],
    ['tailLines=99', lives[1]],
    ['tailLines=9223372036854775807', lives[1]],
    ['tailLines=2&sinceTime=2026-11-23T10:00:06Z', '  spaces  \n'],
    ['tailLines=1&sinceTime=2026-11-23T10:00:07Z', ''],
    ['sinceTime=2026-11-23T10:00:05.9Z', 'err\n  spaces  \n'],
    ['sinceTime=2026-11-23T11:00:06%2B01:00', '  spaces  \n'],
    ['sinceSeconds=1', ''],
    ['sinceSeconds=315360000', lives[1]],
    ['limitBytes=7', `${odd.toString('latin1')}\n\nc`],
    ['limitBytes=7&timestamps=1', '2026-11'],
    ['stream=Stderr', 'err\n'],
    ['stream=Stdout&tailLines=2', 'crlf\r\n  spaces  \n'],
    ['stream=All', lives[1]],
    ['pretty=true&insecureSkipTLSVerifyBackend=true&follow=false', lives[1]],
  ])('%s', async (query, body) => {
    expect(await log(`container=app&previous=true&${query}`)).toBe(body)
  })

  test.each([
    [
      '',
      `400 a container name must be specified for pod ${name}, choose one of: [app proxy] or one of the init containers: [prepare]`,
    ],
    ['container=nope', `400 container nope is not valid for pod ${name}`],
    ['container=proxy&previous=true', `400 previous terminated container "proxy" in pod "${name}" not found`],
    ['container=prepare&previous=true', `400 previous terminated container "prepare" in pod "${name}" not found`],
    ['container=app@7', `400 container "app" in pod "${name}" has no life 7; choose one of: [0 1 2]`],
    ['container=app@-9', `400 container "app" in pod "${name}" has no life -9; choose one of: [0 1 2]`],
    [
      'container=app@-1&previous=true',
      '400 previous and a life behind the @ of container exclude each other: leave one of them out',
    ],
    ['tailLines=-1', '422 PodLogOptions "" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0'],
    ['limitBytes=0', '422 PodLogOptions "" is invalid: limitBytes: Invalid value: 0: must be greater than 0'],
    ['sinceSeconds=0', '422 PodLogOptions "" is invalid: sinceSeconds: Invalid value: 0: must be greater than 0'],
    [
      'sinceSeconds=1&sinceTime=2026-11-23T10:00:00Z',
      '422 PodLogOptions "" is invalid: Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified',
    ],
    [
      'sinceTime=yesterday',
      '400 sinceTime: Invalid value: "yesterday": must be a time in RFC 3339, such as 2026-11-23T10:00:00Z',
    ],
    ['tailLines=1e3', '400 tailLines: Invalid value: "1e3": must be a whole number'],
    [
      'stream=stdout',
      '422 PodLogOptions "" is invalid: stream: Unsupported value: "stdout": supported values: "All", "Stderr", "Stdout"',
    ],
  ])('%s is a Status', async (query, answer) => {
    expect(await log(query)).toBe(answer)
  })

  test.each([
    [
      'container=app&previous=true',
      `${name}@0`,
      "400 previous and a life behind the @ of the pod's name exclude each other: leave one of them out",
    ],
    [
      'container=app@0',
      `${name}@-1`,
      "400 a life behind the @ of the pod's name and one behind that of container exclude each other: leave one of them out",
    ],
  ])('%s of %s names two lives, and is a Status', async (query, pod, answer) => {
    expect(await log(query, pod)).toBe(answer)
  })

  test('a container that said nothing has an empty log; one that waits to start says so', async () => {
    await k8s.tell(
      fixture('pod-replacement', (pod) => {
        Object.assign(pod['metadata'], { name: 'fresh', uid: 'fresh' })
        pod['status'].containerStatuses = [{ name: 'app', restartCount: 0, state: { waiting: { reason: 'ContainerCreating' } } }]
      }),
      fixture('pod-replacement', (pod) => Object.assign(pod['metadata'], { name: 'mute', uid: 'mute' })),
    )
    expect(await log('', 'fresh')).toBe('400 container "app" in pod "fresh" is waiting to start: ContainerCreating')
    expect(await log('', 'mute')).toBe('')
  })

  test('the default container is what the annotation says', async () => {
    await k8s.tell(
      fixture('pod-replacement', (pod) => {
        Object.assign(pod['metadata'], {
          name: 'two',
          uid: 'two',
          annotations: { 'kubectl.kubernetes.io/default-container': 'proxy' },
        })
        pod['spec'].containers = [{ name: 'app' }, { name: 'proxy' }]
      }),
    )
    await k8s.say('/var/log/pods/shop_two_two/proxy/0.log', `${at(1)}by default`)
    expect(await log('', 'two')).toBe('by default\n')
  })
})

test('a line sent twice is seen once, and fragments of different batches are one line', async () => {
  k8s = apiTenant(service.url, 'twice')
  const records = [
    { time: '2026-11-23T10:00:01.000000001Z', offset: 0, length: 20, message: 'a long ', partial: true },
    { time: '2026-11-23T10:00:01.000000002Z', offset: 20, length: 20, message: 'line' },
    { time: '2026-11-23T10:00:02.000000001Z', offset: 40, length: 20, message: 'next' },
    { time: '2026-11-23T10:00:03.000000001Z', offset: 60, length: 20, message: 'cut off', partial: true },
  ].map((record) => ({ namespace: 'shop', pod: 'p', podUid: 'p', container: 'app', restart: 0, stream: 'stdout', ...record }))
  for (const batch of [records.slice(0, 1), records.slice(1), records.slice(0, 1), records.slice(1)]) {
    const init = { method: 'POST', headers: { 'x-scope-orgid': 'twice', 'content-type': 'application/json' } }
    expect((await fetch(`${service.url}/v1/batches`, { ...init, body: JSON.stringify({ records: batch }) })).status).toBe(200)
  }
  await listsHave(service.url)
  expect(await log('', 'p')).toBe('a long line\nnext\ncut off')
  expect(await log('tailLines=2', 'p')).toBe('next\ncut off')
  expect(await log('timestamps=true&tailLines=3', 'p')).toBe(
    '2026-11-23T10:00:01.000000001Z a long line\n2026-11-23T10:00:02.000000001Z next\n2026-11-23T10:00:03.000000001Z cut off',
  )
})

describe('pods that are known by halves', () => {
  beforeAll(() => {
    k8s = apiTenant(service.url, 'halves')
  })

  test('a static pod has its lines under the uid of its manifest', async () => {
    const told = fixture('pod-static')
    const { namespace, name: pod, annotations } = told['metadata']
    const { name: container, restartCount } = told['status'].containerStatuses[0] as { name: string; restartCount: number }
    await k8s.tell(told)
    await k8s.say(
      `/var/log/pods/${namespace}_${pod}_${annotations['kubernetes.io/config.mirror']}/${container}/${restartCount}.log`,
      `${at(1)}static`,
    )
    const { bytes } = await k8s.get(`/api/v1/namespaces/${namespace}/pods/${pod}/log`)
    expect(bytes.toString()).toBe('static\n')
    expect((await k8s.get(`/api/v1/namespaces/${namespace}/pods`)).body['items']).toHaveLength(1)
  })

  test('one whose uid nobody told has a log all the same, and another name beside a pod of its name', async () => {
    await k8s.say(`/var/log/containers/nameless_shop_app-${'c0ffee'.repeat(10)}abcd.log`, `${at(1)}by container id`)
    expect(await log('', 'nameless')).toBe('by container id\n')
    await k8s.say('/var/log/pods/shop_nameless_aaaa/app/0.log', `${at(9)}by uid`)
    expect(await log('', 'nameless')).toBe('by uid\n')
    const { body } = await k8s.get('/api/v1/namespaces/shop/pods')
    const names = body['items'].map(({ metadata }: KubernetesObject) => metadata.name as string)
    expect(names).toEqual(['nameless', expect.stringMatching(/^nameless\.unresolv/)])
    expect(await log('', names[1])).toBe('by container id\n')
  })

  test('one that only Events told of is listed, and says that it has no log', async () => {
    await k8s.tell(fixture('event-evicted'))
    const pod = fixture('event-evicted')['involvedObject'].name as string
    expect(await log('', pod)).toBe(`400 pod "${pod}" has no log: only Events name it, no line and no container`)
  })
})

test('the last lines of a log that is too long to hold are the same', async () => {
  k8s = apiTenant(service.url, 'long')
  const filler = 'x'.repeat(200_000)
  const lines = Array.from({ length: 48 }, (_, i) => `${i} ${filler}`)
  for (let from = 0; from < lines.length; from += 16)
    await k8s.say(
      '/var/log/pods/shop_long_long/app/0.log',
      ...lines.slice(from, from + 16).map((text, i) => `${at(from + i)}${text}`),
    )
  expect(await log('tailLines=43', 'long')).toBe(
    lines
      .slice(5)
      .map((line) => `${line}\n`)
      .join(''),
  )
  expect(await log('tailLines=48&limitBytes=5', 'long')).toBe('0 xxx')
})

describe('following', () => {
  const clock = (ms: number) => new Date(ms).toISOString()
  const living = (change: (pod: KubernetesObject) => void = () => {}) =>
    fixture('pod-replacement', (pod) => {
      Object.assign(pod['metadata'], { name: 'live', uid: 'live' })
      change(pod)
    })

  test('what was there, then what comes, each line once, until the container has ended', { timeout: 60_000 }, async () => {
    k8s = apiTenant(service.url, 'follow')
    await k8s.tell(living())
    const path = '/var/log/pods/shop_live_live/app/0.log'
    const now = Date.now()
    const cri = (i: number) => `${clock(now + i)} stdout F line ${i}`
    await k8s.say(path, cri(0), cri(1), cri(2))
    const chunks: string[] = []
    const response = await fetch(`${service.url}/k8s/api/v1/namespaces/shop/pods/live/log?follow=true&tailLines=2`, {
      headers: { 'x-scope-orgid': 'follow' },
    })
    const reading = (async () => {
      for await (const chunk of response.body!) chunks.push(Buffer.from(chunk as Uint8Array).toString())
    })()
    const seen = async (text: string) => expect.poll(() => chunks.join(''), { timeout: 10_000 }).toBe(text)
    await seen('line 1\nline 2\n')
    await k8s.say(path, cri(3), cri(4))
    await seen('line 1\nline 2\nline 3\nline 4\n')
    // Of the next life nothing is shown: kubectl follows one.
    await k8s.say('/var/log/pods/shop_live_live/app/1.log', cri(6))
    await k8s.say(path, cri(5))
    await k8s.tell(
      living((pod) => {
        pod['metadata'].resourceVersion = '99999999'
        const terminated = {
          exitCode: 1,
          reason: 'Error',
          startedAt: clock(now - 1000),
          finishedAt: clock(now + 100),
          containerID: 'containerd://aa',
        }
        pod['status'].containerStatuses = [{ name: 'app', restartCount: 0, state: { terminated } }]
      }),
    )
    await reading
    expect(chunks.join('')).toBe('line 1\nline 2\nline 3\nline 4\nline 5\n')
  })

  test('a pod that is dead for a while ends at once', async () => {
    k8s = apiTenant(service.url, 'followed-dead')
    await k8s.tell(fixture('pod-evicted-disk'))
    const [, evicted] = /"name": "(thumbs[^"]*)"/.exec(JSON.stringify(fixture('pod-evicted-disk'), null, 1))!
    await k8s.say(`/var/log/pods/shop_${evicted}_5b0c0004-7d1e-4f2a-9b3c-000000000004/app/0.log`, `${at(1)}last words`)
    expect(await log('follow=true', evicted)).toBe('last words\n')
  })
})

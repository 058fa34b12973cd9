// /k8s over HTTP on the real engine: names, dead pods, Status for whatever fails, the kubeconfig.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fixture, type KubernetesObject } from '#test/support/kubernetes.ts'
import { apiTenant, asTable, type ApiTenant } from '#test/support/kubernetes-api.ts'
import { startTestService, type TestService } from '#test/support/service.ts'

let service: TestService
beforeAll(async () => {
  service = await startTestService({ AFTERLOG_RETENTION: 'default=3650d' })
})
afterAll(() => service[Symbol.asyncDispose]())

let tenants = 0
const newTenant = (): ApiTenant => apiTenant(service.url, `t${tenants++}`)

const web0 = '5b0c0007-7d1e-4f2a-9b3c-000000000007'
const newWeb0 = '5b0c0008-7d1e-4f2a-9b3c-000000000008'
const rowsOf = ({ body }: { body: KubernetesObject }): string[][] => body['rows'].map((row: { cells: string[] }) => row.cells)
describe('names', () => {
  let k8s: ApiTenant
  beforeAll(async () => {
    k8s = newTenant()
    await k8s.tell(fixture('watch-deleted-healthy'), fixture('pod-replacement'))
    await k8s.tell(fixture('pod-replacement'))
  })

  test('the newest pod of a name has it, the older one NAME.UIDPREFIX, and each is there once', async () => {
    const answer = await k8s.get('/api/v1/namespaces/shop/pods', asTable)
    expect(rowsOf(answer).map(([name, outcome]) => [name, outcome])).toEqual([
      ['web-0', 'running'],
      ['web-0.5b0c0007', 'deleted'],
    ])
  })

  test('an ambiguous name is the newest, and a warning names the others', async () => {
    const { body, headers } = await k8s.get('/api/v1/namespaces/shop/pods/web-0')
    expect(body['metadata']).toMatchObject({ name: 'web-0', uid: newWeb0 })
    expect(headers.get('warning')).toBe(
      '299 - "this is the newest pod named web-0; there was 1 other pod of that name: web-0.5b0c0007"',
    )
  })

  test.each(['web-0.5b0c0007', 'web-0.5b0c0007-7', `web-0.${web0}`])(
    '%s is the older one, under the name that it was asked by',
    async (name) => {
      const { body, headers } = await k8s.get(`/api/v1/namespaces/shop/pods/${name}`)
      expect(body['metadata']).toMatchObject({ name, uid: web0, annotations: { 'afterlog.io/name': 'web-0' } })
      expect(headers.get('warning')).toBeNull()
    },
  )

  test('a prefix of two uids is a 400 with the choices', async () => {
    const { status, body } = await k8s.get('/api/v1/namespaces/shop/pods/web-0.5b0c')
    expect([status, body['reason']]).toEqual([400, 'BadRequest'])
    expect(body['message']).toContain(`choose one of: [web-0.${newWeb0} web-0.${web0}]`)
  })

  test.each(['nobody', 'web-0.ffff', 'web-0.', '.5b0c0007', 'web', '%00', 'a%2Fb', encodeURIComponent("'; DROP TABLE pods --")])(
    'no pod %s is a 404 in the words of Kubernetes',
    async (name) => {
      const { status, body } = await k8s.get(`/api/v1/namespaces/shop/pods/${name}`)
      const asked = decodeURIComponent(name)
      expect([status, body['reason'], body['message']]).toEqual([404, 'NotFound', `pods ${JSON.stringify(asked)} not found`])
      expect(body['details']).toEqual({ name: asked, kind: 'pods' })
    },
  )

  test('nothing is seen of another tenant', async () => {
    const other = newTenant()
    expect((await other.get('/api/v1/namespaces/shop/pods/web-0')).status).toBe(404)
    for (const path of ['/api/v1/pods', '/api/v1/events', '/api/v1/namespaces', '/api/v1/nodes', '/apis/apps/v1/statefulsets'])
      expect((await other.get(path)).body['items']).toEqual([])
  })
})

describe('a dead pod', () => {
  test('is not told to be alive, and says how it died', async () => {
    const k8s = newTenant()
    await k8s.tell(fixture('watch-deleted-healthy'))
    const { body } = await k8s.get('/api/v1/namespaces/shop/pods/web-0')
    const told = fixture('watch-deleted-healthy')['object']
    expect(told['metadata'].deletionTimestamp).toBeDefined()
    expect(body['metadata'].deletionTimestamp).toBeUndefined()
    expect(body['metadata'].annotations).toMatchObject({
      'afterlog.io/outcome': 'deleted',
      'afterlog.io/deletion-timestamp': told['metadata'].deletionTimestamp,
    })
    expect(['Failed', 'Succeeded']).toContain(body['status'].phase)
    expect(JSON.stringify(body['status'].containerStatuses)).not.toContain('"running"')
    expect(body['status'].conditions).toContainEqual(
      expect.objectContaining({ type: 'afterlog.io/Died', status: 'True', reason: 'Deleted' }),
    )
    expect(body['spec']).toEqual(told['spec'])
  })

  test('that only lines told of is a pod all the same', async () => {
    const k8s = newTenant()
    await k8s.say('/var/log/pods/shop_mute-1_aaaa-bbbb/app/0.log', '2026-11-23T10:00:00.000000001Z stdout F hello')
    await k8s.say('/var/log/pods/shop_mute-1_aaaa-bbbb/app/1.log', '2026-11-23T10:01:00.000000001Z stdout F again')
    const { body } = await k8s.get('/api/v1/namespaces/shop/pods/mute-1')
    expect(body).toMatchObject({
      kind: 'Pod',
      metadata: { name: 'mute-1', namespace: 'shop', uid: 'aaaa-bbbb', creationTimestamp: '2026-11-23T10:00:00Z' },
      spec: { nodeName: 'node-7', containers: [{ name: 'app' }] },
      status: { phase: 'Unknown', containerStatuses: [{ name: 'app', restartCount: 1 }] },
    })
    expect(rowsOf(await k8s.get('/api/v1/pods', asTable))[0]!.slice(0, 5)).toEqual(['mute-1', 'unknown', '1', '2', '<none>'])
  })
})

describe('a container that the object does not list', () => {
  const uid = '7d2e3f40'
  const file = (name: string, restart: number) => `/var/log/pods/docs_web-0_${uid}/${name}/${restart}.log`
  const cri = (text: string) => `2026-11-23T10:00:00.000000001Z stdout F ${text}`
  const podOf = (k8s: ApiTenant) => k8s.get('/api/v1/namespaces/docs/pods/web-0')
  const metadata = { name: 'web-0', namespace: 'docs', uid }

  test('is in it all the same where lines tell of it: one of metadata alone can be read', async () => {
    const k8s = newTenant()
    await k8s.tell({ type: 'DELETED', object: { apiVersion: 'v1', kind: 'Pod', metadata } })
    expect((await podOf(k8s)).body['spec'].containers).toEqual([{ name: 'unknown' }])
    await k8s.say(file('app', 0), cri('first'))
    await k8s.say(file('app', 1), cri('second'))
    const { body } = await podOf(k8s)
    expect(body['spec']).toEqual({ containers: [{ name: 'app' }] })
    expect(body['status'].containerStatuses).toMatchObject([
      { name: 'app', restartCount: 1, state: { terminated: { reason: 'ContainerStatusUnknown' } } },
    ])
    const log = async (query: string) => (await k8s.get(`/api/v1/namespaces/docs/pods/web-0/log?${query}`)).bytes.toString()
    expect([await log(''), await log('previous=true')]).toEqual(['second\n', 'first\n'])
  })

  test('stands behind those it lists, where it belongs, with its image and its state as far as they were told', async () => {
    const k8s = newTenant()
    const terminated = { exitCode: 3, reason: 'Error', startedAt: '2026-11-23T10:00:00Z', finishedAt: '2026-11-23T10:01:00Z' }
    const ended = (name: string, image: string) => ({ name, image, restartCount: 0, state: { terminated } })
    await k8s.tell({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...metadata, resourceVersion: '1' },
      spec: { containers: [{ name: 'app', image: 'app:1' }] },
      status: {
        containerStatuses: [ended('app', 'app:1'), ended('proxy', 'proxy:1')],
        initContainerStatuses: [ended('prepare', 'init:1')],
        ephemeralContainerStatuses: [ended('debugger', 'busybox:1')],
      },
    })
    await k8s.say(file('sidekick', 0), cri('hello'))
    await k8s.say(file('app', 0), cri('hello'))
    const { body } = await podOf(k8s)
    expect(body['spec']).toEqual({
      containers: [{ name: 'app', image: 'app:1' }, { name: 'proxy', image: 'proxy:1' }, { name: 'sidekick' }],
      initContainers: [{ name: 'prepare', image: 'init:1' }],
      ephemeralContainers: [{ name: 'debugger', image: 'busybox:1' }],
    })
    const states = body['status'].containerStatuses.map(({ name, state }: KubernetesObject) => [name, state.terminated.reason])
    expect(states).toEqual([
      ['app', 'Error'],
      ['proxy', 'Error'],
      ['sidekick', 'ContainerStatusUnknown'],
    ])
    // Told anew with less: what was known before stays known.
    await k8s.tell({
      type: 'DELETED',
      object: { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, resourceVersion: '2' } },
    })
    const { body: later } = await podOf(k8s)
    expect(later['spec'].containers).toEqual([
      { name: 'app', image: 'app:1' },
      { name: 'proxy', image: 'proxy:1' },
      { name: 'sidekick' },
    ])
    expect(later['status'].initContainerStatuses).toMatchObject([{ name: 'prepare', state: { terminated: { exitCode: 3 } } }])
  })
})

describe('whatever fails is a Status', () => {
  test.each([
    ['/nope', 404, 'NotFound'],
    ['/apis/apps/v1/namespaces/shop/deployments/cart/scale', 404, 'NotFound'],
    ['/openapi/v3', 404, 'NotFound'],
    ['/%zz', 400, 'BadRequest'],
    ['/api/v1/pods?limit=-1', 400, 'BadRequest'],
    ['/api/v1/pods?limit=ten', 400, 'BadRequest'],
    ['/api/v1/pods?resourceVersion=x', 400, 'BadRequest'],
    ['/api/v1/pods?labelSelector=%00', 400, 'BadRequest'],
    ['/api/v1/events?fieldSelector=a%3Db', 400, 'BadRequest'],
    ['/api/v1/namespaces/nope', 404, 'NotFound'],
    ['/api/v1/nodes/nope', 404, 'NotFound'],
    ['/api/v1/namespaces/shop/events/nope', 404, 'NotFound'],
  ])('%s: %i %s', async (path, code, reason) => {
    const { status, body } = await newTenant().get(path)
    expect(status).toBe(code)
    expect(body).toMatchObject({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason })
  })

  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])('%s is refused whatever it brings, with what may be done', async (method) => {
    for (const path of ['/api/v1/namespaces/shop/pods/web-0', '/nope', '/version']) {
      const headers = { 'content-type': 'application/apply-patch+yaml' }
      const response = await fetch(`${service.url}/k8s${path}`, { method, headers, body: '{' })
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
      expect(await response.json()).toMatchObject({ kind: 'Status', reason: 'MethodNotAllowed', code: 405 })
    }
  })

  test('a tenant or a type that cannot be', async () => {
    expect((await newTenant().get('/api/v1/pods', { 'x-scope-orgid': 'a b' })).body).toMatchObject({ kind: 'Status', code: 400 })
    expect((await newTenant().get('/api/v1/pods', { accept: 'image/png' })).body).toMatchObject({ kind: 'Status', code: 406 })
  })
})

test('the kubeconfig leads to the address that was asked, and to no other', async () => {
  const k8s = newTenant()
  expect((await k8s.get('/kubeconfig')).bytes.toString()).toContain(`server: "${service.url}/k8s"`)
  const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'logs.example:8443' }
  expect((await k8s.get('/kubeconfig', forwarded)).bytes.toString()).toContain('server: "https://logs.example:8443/k8s"')
  for (const headers of [
    { 'x-forwarded-host': 'a"b' },
    { 'x-forwarded-host': 'a b' },
    { 'x-forwarded-host': 'a/b' },
    { 'x-forwarded-proto': 'file' },
  ])
    expect((await k8s.get('/kubeconfig', headers)).body).toMatchObject({ kind: 'Status', code: 400 })
})

// Lists of /k8s over HTTP on the real engine: their pages, selectors, shapes; owners.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { scale } from '#test/support/campaign.ts'
import { fixture, type KubernetesObject } from '#test/support/kubernetes.ts'
import { apiTenant, asTable, type ApiTenant } from '#test/support/kubernetes-api.ts'
import { startTestService, type TestService } from '#test/support/service.ts'

let service: TestService
beforeAll(async () => {
  service = await startTestService({ AFTERLOG_RETENTION: 'default=3650d' })
})
afterAll(() => service[Symbol.asyncDispose]())

let tenants = 0
const newTenant = (): ApiTenant => apiTenant(service.url, `lists${tenants++}`)

const namesOf = ({ body }: { body: KubernetesObject }): string[] =>
  body['items'].map(({ metadata }: KubernetesObject) => metadata.name)

/** A running pod with labels. */
const pod = (name: string, namespace: string, uid: string, labels: object = {}, node = 'node-7') =>
  fixture('pod-replacement', (object) => {
    Object.assign(object['metadata'], { name, namespace, uid, labels })
    object['spec'].nodeName = node
  })

describe('lists', () => {
  let k8s: ApiTenant
  const all: string[] = []
  beforeAll(async () => {
    k8s = newTenant()
    const pods = Array.from({ length: 25 }, (_, i) => {
      const namespace = i % 3 === 0 ? 'shop' : 'payments'
      const labels = { app: i % 2 === 0 ? 'cart' : 'web', ...(i === 4 ? { canary: '' } : {}), level: String(i) }
      all.push(`${namespace}/p-${i}`)
      return pod(`p-${i}`, namespace, `uid-${i}`, labels, i < 5 ? 'node-1' : 'node-2')
    })
    Object.assign(pods[3]!['spec'], { serviceAccountName: 'cart', hostNetwork: true })
    await k8s.tell(...pods)
    // Told again, and spoken of: still one pod each.
    await k8s.tell(...pods.slice(0, 10))
    await k8s.say('/var/log/pods/payments_p-1_uid-1/app/0.log', '2026-11-23T10:00:00.000000001Z stdout F hello')
    await k8s.say('/var/log/pods/shop_only-lines_uid-99/app/0.log', '2026-11-23T10:00:00.000000001Z stdout F hello')
    all.push('shop/only-lines')
    all.sort((a, b) => (a < b ? -1 : 1))
  })

  test.each(scale === 1 ? [2, 26] : [1, 2, 7, 26, 500])(
    'pages of %i visit every pod once, by namespace and name',
    async (limit) => {
      const seen: string[] = []
      let pages = 0
      for (let token: string | undefined = ''; token !== undefined; pages++) {
        const { status, body } = await k8s.get(`/api/v1/pods?limit=${limit}&continue=${token}`, asTable)
        expect(status).toBe(200)
        expect(body['rows'].length).toBeLessThanOrEqual(limit)
        seen.push(...body['rows'].map(({ object: { metadata } }: KubernetesObject) => `${metadata.namespace}/${metadata.name}`))
        token = body['metadata'].continue
      }
      expect(seen).toEqual(all)
      expect(pages).toBe(Math.ceil(all.length / limit))
    },
  )

  test('without a limit it is all of them', async () => {
    expect(namesOf(await k8s.get('/api/v1/pods'))).toHaveLength(26)
    expect(namesOf(await k8s.get('/api/v1/namespaces/shop/pods'))).toHaveLength(10)
    expect(namesOf(await k8s.get('/api/v1/namespaces/nowhere/pods'))).toEqual([])
  })

  test.each([
    ['app=cart', 13],
    ['app!=cart', 13],
    ['app', 25],
    ['!app', 1],
    ['app in (cart, web)', 25],
    ['app notin (cart),level>20', 2],
    ['canary=', 1],
    ['canary', 1],
    ['level<3', 3],
    ["app='", 400],
  ])('labelSelector %s: %i', async (selector, count) => {
    const { status, body } = await k8s.get(`/api/v1/pods?labelSelector=${encodeURIComponent(selector)}`)
    expect(status === 200 ? body['items'].length : status, body['message']).toBe(count)
  })

  test.each([
    ['metadata.name=p-3', 1],
    ['metadata.name!=p-3', 25],
    ['metadata.namespace=shop', 10],
    ['spec.nodeName=node-1', 5],
    ['spec.nodeName!=node-1,metadata.namespace==shop', 8],
    ['status.phase=Running', 25],
    ['status.phase!=Running', 1],
    ['status.phase=Failed', 0],
    ['spec.restartPolicy=Always', 25],
    ['spec.restartPolicy!=Always', 1],
    ['spec.schedulerName=default-scheduler', 0],
    ['spec.serviceAccountName=cart', 1],
    ['spec.hostNetwork=true', 1],
    ['spec.hostNetwork=false,spec.nodeName=node-1', 4],
    ['status.nominatedNodeName=', 26],
    ['spec.color=red', 400],
  ])('fieldSelector %s: %i, with and without whole objects', async (selector, count) => {
    for (const headers of [{}, asTable]) {
      const { status, body } = await k8s.get(`/api/v1/pods?fieldSelector=${encodeURIComponent(selector)}`, headers)
      expect(status === 200 ? (body['items'] ?? body['rows']).length : status, body['message']).toBe(count)
    }
  })

  test('a page is of one list: its token with other selectors, or changed, is 400', async () => {
    const { body } = await k8s.get('/api/v1/pods?limit=2')
    const token: string = body['metadata'].continue
    for (const query of [`limit=2&labelSelector=app&continue=${token}`, `continue=${token}x!`, 'continue=AAAA'])
      expect((await k8s.get(`/api/v1/pods?${query}`)).body).toMatchObject({ status: 'Failure', code: 400 })
    expect((await newTenant().get(`/api/v1/pods?limit=2&continue=${token}`)).status).toBe(400)
  })

  test('partial metadata and the rows of tables are what was asked for', async () => {
    const accept = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io'
    const { body } = await k8s.get('/api/v1/pods?limit=1', { accept })
    expect(body).toMatchObject({ kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1' })
    expect(body['items'][0]).toEqual({
      kind: 'PartialObjectMetadata',
      apiVersion: 'meta.k8s.io/v1',
      metadata: expect.any(Object),
    })
    for (const [include, kind] of [
      ['None', undefined],
      ['Metadata', 'PartialObjectMetadata'],
      ['Object', 'Pod'],
    ]) {
      const { body: table } = await k8s.get(`/api/v1/pods?limit=1&includeObject=${include}`, asTable)
      expect(table['rows'][0].object?.kind).toBe(kind)
    }
  })

  test('owners select exactly the pods they have', async () => {
    const own = newTenant()
    await own.tell(
      fixture('pod-crash-loop'),
      fixture('pod-node-shutdown'),
      fixture('pod-oom-restarted'),
      fixture('pod-replacement'),
    )
    const { body } = await own.get('/apis/apps/v1/namespaces/shop/deployments/cart')
    expect(body).toMatchObject({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      spec: { selector: { matchLabels: expect.any(Object) } },
    })
    const labels = Object.entries(body['spec'].selector.matchLabels as Record<string, string>)
    expect(labels.length).toBeGreaterThan(0)
    expect(labels.map(([key]) => key)).not.toContain('pod-template-hash')
    const selector = encodeURIComponent(labels.map(([key, value]) => `${key}=${value}`).join(','))
    expect(namesOf(await own.get(`/api/v1/namespaces/shop/pods?labelSelector=${selector}`))).toEqual([
      'cart-7d9f8b6c5-n0d3s',
      'cart-7d9f8b6c5-x2v4q',
    ])
    expect(namesOf(await own.get('/apis/apps/v1/statefulsets'))).toEqual(['web'])
    expect((await own.get('/apis/apps/v1/namespaces/shop/deployments/nope')).body['message']).toBe(
      'deployments.apps "nope" not found',
    )
  })

  test('an owner whose pods share no label is selected by a label of ours', async () => {
    const own = newTenant()
    await own.tell(
      ...['a', 'b'].map((name) =>
        fixture('pod-replacement', (object) => Object.assign(object['metadata'], { name, uid: name, labels: { only: name } })),
      ),
    )
    await own.tell(pod('other', 'shop', 'other'))
    const { body } = await own.get('/apis/apps/v1/namespaces/shop/statefulsets/web')
    const selector = Object.entries(body['spec'].selector.matchLabels as object).map(([key, value]) => `${key}=${value}`)
    expect(selector).toEqual(['afterlog.io/owner=web'])
    expect(namesOf(await own.get(`/api/v1/pods?labelSelector=${encodeURIComponent(selector[0]!)}`))).toEqual(
      expect.arrayContaining(['a', 'b']),
    )
  })
})

describe('Events', () => {
  let told: ApiTenant
  beforeAll(async () => {
    told = newTenant()
    await told.tell(
      fixture('event-backoff'),
      fixture('event-v1-scheduled'),
      fixture('event-evicted', ({ involvedObject }) => delete involvedObject.apiVersion),
      fixture('event-killing', (event) => {
        Object.assign(event['metadata'], { name: 'of-a-deployment', uid: 'of-a-deployment' })
        event['involvedObject'] = { kind: 'Deployment', apiVersion: 'apps/v1', namespace: 'shop', name: 'cart', uid: 'cart' }
      }),
    )
  })

  test.each([
    ['involvedObject.kind=Pod,involvedObject.apiVersion=v1,involvedObject.name=cart-7d9f8b6c5-x2v4q', 1],
    ['involvedObject.apiVersion=v1', 3],
    ['involvedObject.apiVersion=apps/v1', 1],
    ['involvedObject.apiVersion!=v1', 1],
    ['involvedObject.resourceVersion=8000', 2],
    ['involvedObject.fieldPath=spec.containers{app}', 1],
    ['involvedObject.namespace=shop,involvedObject.uid=5b0c0001-7d1e-4f2a-9b3c-000000000001', 1],
    ['reason=BackOff,type=Warning,source=kubelet,reportingComponent=kubelet', 1],
    ['metadata.name=of-a-deployment,metadata.namespace=shop', 1],
    ['involvedObject.color=red', 400],
  ])('fieldSelector %s: %i', async (selector, count) => {
    const { status, body } = await told.get(`/api/v1/events?fieldSelector=${encodeURIComponent(selector)}`)
    expect(status === 200 ? body['items'].length : status, body['message']).toBe(count)
  })
})

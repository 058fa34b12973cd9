// The reviews that k9s, Headlamp and client-go post before they read, as they post them.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestService, type TestService } from '#test/support/service.ts'

let service: TestService
beforeAll(async () => {
  service = await startTestService()
})
afterAll(() => service[Symbol.asyncDispose]())

const base = '/k8s/apis/authorization.k8s.io/v1'
/** Bodies of kubectl 1.32.4, in hex. */
const listPods =
  '6b3873000a320a17617574686f72697a6174696f6e2e6b38732e696f2f7631121753656c665375626a656374416363657373526576696577123a0a100a0012001a0022002a00320038004200121c0a1a0a0473686f7012046c6973741a0022002a04706f647332003a001a08080012001a0020001a002200'
const getVersion =
  '6b3873000a320a17617574686f72697a6174696f6e2e6b38732e696f2f7631121753656c665375626a656374416363657373526576696577122f0a100a0012001a0022002a003200380042001211120f0a082f76657273696f6e12036765741a08080012001a0020001a002200'
const listRules =
  '6b3873000a310a17617574686f72697a6174696f6e2e6b38732e696f2f7631121653656c665375626a65637452756c657352657669657712230a100a0012001a0022002a0032003800420012090a0764656661756c741a04180022001a002200'

async function post(path: string, body: unknown, type = 'application/json'): Promise<{ status: number; body: object }> {
  const text = typeof body === 'string' ? body : body instanceof Buffer ? new Uint8Array(body) : JSON.stringify(body)
  const response = await fetch(`${service.url}${path}`, { method: 'POST', headers: { 'content-type': type }, body: text })
  return { status: response.status, body: (await response.json()) as object }
}
const pods = (verb: string): object => ({
  resourceAttributes: { namespace: 'shop', verb, group: '', version: 'v1', resource: 'pods' },
})

test.each(['selfsubjectaccessreviews', 'subjectaccessreviews', 'namespaces/shop/localsubjectaccessreviews'])(
  '%s: reading is allowed, changing is not',
  async (path) => {
    const asked = { apiVersion: 'authorization.k8s.io/v1', metadata: { creationTimestamp: null } }
    const yes = await post(`${base}/${path}`, { ...asked, spec: pods('list') })
    const kind = expect.stringMatching(/AccessReview$/)
    expect(yes).toMatchObject({ status: 201, body: { ...asked, kind, spec: pods('list'), status: { allowed: true } } })
    const no = await post(`${base}/${path}`, { ...asked, spec: pods('delete') })
    expect(no).toMatchObject({ status: 201, body: { status: { allowed: false, reason: expect.stringContaining('read only') } } })
  },
)

test('paths that are no resource', async () => {
  const spec = { nonResourceAttributes: { path: '/version', verb: 'get' } }
  expect(await post(`${base}/selfsubjectaccessreviews`, { spec })).toMatchObject({
    status: 201,
    body: { status: { allowed: true } },
  })
})

test('selfsubjectrulesreviews lists what may be done', async () => {
  const { status, body } = await post(`${base}/selfsubjectrulesreviews`, { spec: { namespace: 'shop' } })
  expect(status).toBe(201)
  const rule = { verbs: ['get', 'list', 'watch'], apiGroups: [''], resources: ['pods'] }
  expect(body).toMatchObject({ status: { incomplete: false, resourceRules: expect.arrayContaining([rule]) } })
})

test('kubectl posts them in protobuf', async () => {
  const type = 'application/vnd.kubernetes.protobuf'
  const ask = (path: string, hex: string) => post(`${base}/${path}`, Buffer.from(hex, 'hex'), type)
  // kubectl 1.32: auth can-i list pods -n shop; auth can-i get /version; auth can-i --list.
  expect(await ask('selfsubjectaccessreviews', listPods)).toMatchObject({
    status: 201,
    body: {
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { namespace: 'shop', verb: 'list', resource: 'pods', subresource: '' } },
      status: { allowed: true },
    },
  })
  expect(await ask('selfsubjectaccessreviews', getVersion)).toMatchObject({
    status: 201,
    body: { spec: { nonResourceAttributes: { path: '/version', verb: 'get' } }, status: { allowed: true } },
  })
  expect(await ask('selfsubjectrulesreviews', listRules)).toMatchObject({ status: 201, body: { spec: { namespace: 'default' } } })
  for (const broken of ['', '00', listPods.slice(0, -2), `${listPods}ff`, '6b387300', `6b387300${'ff'.repeat(20)}`])
    expect(await ask('selfsubjectaccessreviews', broken), broken).toMatchObject({ status: 400, body: { kind: 'Status' } })
})

test.each([
  [{}, 400],
  [{ spec: {} }, 422],
  [{ spec: { ...pods('get'), nonResourceAttributes: {} } }, 422],
  [{ spec: { resourceAttributes: { verb: 7 } } }, 400],
  ['[]', 400],
  ['{', 400],
])('a review that is %j is refused with a Status', async (body, code) => {
  expect(await post(`${base}/selfsubjectaccessreviews`, body)).toMatchObject({ status: code, body: { kind: 'Status', code } })
})

test('a body of another type is a Status, and a POST to anything else is refused as before', async () => {
  expect(await post(`${base}/selfsubjectaccessreviews`, 'x', 'text/plain')).toMatchObject({
    status: 415,
    body: { kind: 'Status' },
  })
  for (const path of ['/k8s/api/v1/namespaces/shop/pods', `${base}/nope`])
    expect(await post(path, {})).toMatchObject({ status: 405, body: { kind: 'Status' } })
})

test('discovery lists them, and the schemas of Kubernetes are refused with where to ask', async () => {
  const resources = (await (await fetch(`${service.url}${base}`)).json()) as { resources: { name: string }[] }
  expect(resources.resources.map(({ name }) => name)).toContain('selfsubjectaccessreviews')
  const [v3, v2] = await Promise.all(['v3', 'v2'].map((version) => fetch(`${service.url}/k8s/openapi/${version}`)))
  expect([v3!.status, await v3!.json()]).toMatchObject([404, { kind: 'Status', reason: 'NotFound' }])
  expect([v2!.status, await v2!.text()]).toEqual([406, expect.stringContaining('Afterlog has no schemas of Kubernetes')])
})

test('the address itself answers what stands below it, and how to use it', async () => {
  for (const path of ['/k8s', '/k8s/']) {
    const response = await fetch(`${service.url}${path}`)
    const usage = expect.stringContaining('kubectl -s')
    expect([response.status, await response.json()]).toEqual([
      200,
      { paths: expect.arrayContaining(['/api', '/version']), usage },
    ])
  }
})

test('Services are not recorded: the list is empty and says so', async () => {
  const response = await fetch(`${service.url}/k8s/api/v1/namespaces/kube-system/services?labelSelector=a%3Db`)
  expect(await response.json()).toMatchObject({ kind: 'ServiceList', items: [] })
  expect(response.headers.get('warning')).toBe('299 - "Afterlog does not record Services: this list is always empty"')
})

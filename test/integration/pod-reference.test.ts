// {uid} of /v1/pods/{uid} and of what stands below it: whole, shortened, as kubectl shows it, or a name. Never another
// pod than meant.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fixture, type KubernetesObject } from '#test/support/kubernetes.ts'
import { apiTenant } from '#test/support/kubernetes-api.ts'
import { request, startTestService, type TestService } from '#test/support/service.ts'

const older = '5b0c0007-7d1e-4f2a-9b3c-000000000007'
const newer = '5b0c0008-7d1e-4f2a-9b3c-000000000008'
const manifest = '0123456789abcdef0123456789abcdef'

let service: TestService
beforeAll(async () => {
  service = await startTestService({ AFTERLOG_RETENTION: 'default=3650d' })
  const api = apiTenant(service.url, 'shop')
  await api.tell(
    fixture('watch-deleted-healthy'),
    fixture('pod-replacement'),
    fixture('pod-crash-loop'),
    fixture('pod-replacement', (pod) => {
      Object.assign(pod['metadata'], {
        name: 'etcd-node-7',
        namespace: 'kube-system',
        uid: 'fffe0001-0000-4000-8000-000000000001',
      })
      pod['metadata'].annotations = { 'kubernetes.io/config.mirror': manifest }
    }),
  )
  await api.say(`/var/log/pods/shop_web-0_${older}/app/0.log`, '2026-11-23T10:00:00.000000001Z stdout F older')
  await api.say(`/var/log/pods/kube-system_etcd-node-7_${manifest}/etcd/0.log`, '2026-11-23T10:00:00.000000001Z stdout F etcd')
  await api.say('/var/log/pods/shop_by-lines.1_abcdef01/app/0.log', '2026-11-23T10:00:00.000000001Z stdout F alone')
  await apiTenant(service.url, 'other').tell(
    fixture('pod-replacement', (pod) => Object.assign(pod['metadata'], { name: 'secret-0', uid: '99990000-secret' })),
  )
})
afterAll(() => service[Symbol.asyncDispose]())

const get = async (path: string): Promise<{ status: number; body: KubernetesObject }> =>
  await request(`${service.url}${path}`, { headers: { 'x-scope-orgid': 'shop' } })
const uidOf = async (reference: string) => (await get(`/v1/pods/${encodeURIComponent(reference)}`)).body['uid'] as unknown

test.each([
  [older, older],
  ['5b0c0007', older],
  ['5b0c00', undefined],
  ['web-0.5b0c0007', older],
  [`web-0.${newer}`, newer],
  ['cart-7d9f8b6c5-x2v4q', '5b0c0001-7d1e-4f2a-9b3c-000000000001'],
  ['etcd-node-7', 'fffe0001-0000-4000-8000-000000000001'],
  ['01234567', 'fffe0001-0000-4000-8000-000000000001'],
  ['etcd-node-7.0123', 'fffe0001-0000-4000-8000-000000000001'],
  ['by-lines.1', 'abcdef01'],
  ['by-lines.1.abc', 'abcdef01'],
])('%s is %s', async (reference, uid) => {
  expect(await uidOf(reference)).toBe(uid)
})

test.each(['web-0', '5b0c00', 'web-0.5b0c000'])(
  '%s may be several pods: 409 names them, and none is guessed',
  async (reference) => {
    const { status, body } = await get(`/v1/pods/${reference}`)
    expect([status, body['code'], body['parameter']]).toEqual([409, 'ambiguous', 'uid'])
    expect(body['detail']).toContain(`shop/web-0 ${older}`)
    expect(body['detail']).toContain(`shop/web-0 ${newer}`)
  },
)

test.each(['web', '5b0c0', 'web-0.ffff', 'web-0.', '.5b0c0007', '%', 'secret-0', '99990000', 'unresolved:c/shop/web-0'])(
  '%s is no pod: 404 says how to look for it',
  async (reference) => {
    const { status, body } = await get(`/v1/pods/${encodeURIComponent(reference)}`)
    expect([status, body['code'], body['parameter']]).toEqual([404, 'not-found', 'uid'])
    expect(body['detail']).toContain(JSON.stringify(reference))
    expect(body['detail']).toContain('GET /v1/pods lists')
  },
)

describe('what stands below it takes the same', () => {
  test.each(['5b0c0007', 'web-0.5b0c0007'])('%s', async (reference) => {
    expect((await get(`/v1/pods/${reference}/logs`)).body['lines']).toMatchObject([{ message: 'older', podUid: older }])
    expect((await get(`/v1/pods/${reference}/logs?gaps=true`)).body['lines']).toMatchObject([{ message: 'older' }])
    expect((await get(`/v1/pods/${reference}/obituary`)).body['pod']).toMatchObject({ uid: older })
    const context = `/v1/logs/context?podUid=${reference}&time=2026-11-23T10:00:00.000000001Z`
    expect((await get(context)).body['line']).toMatchObject({ message: 'older' })
  })

  test('and says the same of what it cannot take', async () => {
    for (const path of ['/v1/pods/web-0/logs', '/v1/pods/web-0/obituary']) expect((await get(path)).status).toBe(409)
    for (const path of ['/v1/pods/nope/logs', '/v1/pods/nope/obituary']) expect((await get(path)).status).toBe(404)
    const { status, body } = await get('/v1/logs/context?podUid=web-0&time=2026-11-23T10:00:00Z')
    expect([status, body['parameter']]).toEqual([409, 'podUid'])
  })
})

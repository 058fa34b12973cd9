// The obituary of a dead pod has an ETag: a client that has it is answered with 304 until it changes.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listsHave, startTestService, type TestService } from '#test/support/service.ts'

let service: TestService
const pod = (uid: string, state: object) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `cart-${uid}`, namespace: 'shop', uid, creationTimestamp: '2026-11-23T10:00:00Z' },
  spec: { nodeName: 'n1', containers: [{ name: 'app', image: 'cart:1' }] },
  status: {
    phase: 'terminated' in state ? 'Failed' : 'Running',
    startTime: '2026-11-23T10:00:00Z',
    containerStatuses: [
      {
        name: 'app',
        restartCount: 0,
        ready: false,
        image: 'cart:1',
        imageID: '',
        containerID: `containerd://${'ab'.repeat(32)}`,
        state,
      },
    ],
  },
})
const times = { startedAt: '2026-11-23T10:00:01Z', finishedAt: '2026-11-23T10:05:00Z' }

beforeAll(async () => {
  service = await startTestService()
  const objects = [
    pod('dead-0001', { terminated: { ...times, exitCode: 1, reason: 'Error' } }),
    pod('live-0001', { running: { startedAt: times.startedAt } }),
  ]
  await post('/v1/lifecycle', objects)
  await listsHave(service.url)
})
afterAll(() => service[Symbol.asyncDispose]())

async function post(path: string, body: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${service.url}${path}`, { method: 'POST', body: JSON.stringify(body), headers })
  expect(await response.json()).toMatchObject({ rejected: 0 })
}

const get = (uid: string, headers: Record<string, string> = {}, query = ''): Promise<Response> =>
  fetch(`${service.url}/v1/pods/${uid}/obituary${query}`, { headers })

test('a client that has the obituary of a dead pod gets 304, until it changes', async () => {
  const first = await get('dead-0001')
  const etag = first.headers.get('etag')!
  expect(first.headers.get('cache-control')).toBe('private, no-cache')
  const again = await get('dead-0001', { 'if-none-match': `"x", ${etag}` })
  expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag])
  expect(again.headers.get('vary')).toContain('accept')
  const page = await get('dead-0001', { accept: 'text/html', 'if-none-match': etag })
  expect(page.status).toBe(200)
  const time = new Date().toISOString()
  await post('/v1/batches', [
    { time, namespace: 'shop', pod: 'cart-dead-0001', podUid: 'dead-0001', container: 'app', message: 'late' },
  ])
  expect((await get('dead-0001', { 'if-none-match': etag })).status).toBe(200)
})

test('that of a pod that lives, and an explanation, are not kept', async () => {
  const living = await get('live-0001')
  expect([living.status, living.headers.get('etag'), living.headers.get('cache-control')]).toEqual([200, null, 'no-store'])
  const explained = await get('dead-0001', { 'if-none-match': '*' }, '?explain=true')
  expect(explained.status).toBe(200)
  expect(await explained.json()).toHaveProperty('explain')
})

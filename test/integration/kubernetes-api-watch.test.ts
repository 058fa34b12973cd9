// Watches of pods and Events over HTTP on the real engine: what is there, what is born, changes and leaves the
// selection; nothing twice, nothing missed between a list and its watch.
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fixture, type KubernetesObject } from '#test/support/kubernetes.ts'
import { apiTenant, asTable, type ApiTenant } from '#test/support/kubernetes-api.ts'
import { startTestService, type TestService } from '#test/support/service.ts'

let service: TestService
beforeAll(async () => {
  service = await startTestService({ AFTERLOG_RETENTION: 'default=3650d' })
})
afterAll(() => service[Symbol.asyncDispose]())

const pod = (name: string, version: number, change: (pod: KubernetesObject) => void = () => {}): KubernetesObject =>
  fixture('pod-replacement', (object) => {
    Object.assign(object['metadata'], { name, uid: name, resourceVersion: String(version), labels: { app: 'cart' } })
    change(object)
  })
const failed = (object: KubernetesObject): void => {
  const terminated = { exitCode: 1, reason: 'Error', startedAt: '2026-11-23T10:00:00Z', finishedAt: '2026-11-23T10:30:00Z' }
  object['status'].phase = 'Failed'
  object['status'].containerStatuses = [{ name: 'app', restartCount: 0, state: { terminated } }]
}

interface Watch extends AsyncDisposable {
  events: KubernetesObject[]
  /** `ADDED web-0 running`, of an Event its count, a bookmark as `BOOKMARK`. */
  said(): string[]
  ended: Promise<void>
}

async function watch(tenant: string, query: string, headers: Record<string, string> = {}, of = 'pods'): Promise<Watch> {
  const stop = new AbortController()
  const response = await fetch(`${service.url}/k8s/api/v1/${of}?watch=true&${query}`, {
    headers: { 'x-scope-orgid': tenant, ...headers },
    signal: stop.signal,
  })
  expect(response.status).toBe(200)
  const events: KubernetesObject[] = []
  const ended = (async () => {
    const lines = createInterface({ input: Readable.fromWeb(response.body as never) })
    for await (const line of lines) events.push(JSON.parse(line) as KubernetesObject)
  })().catch((error: unknown) => {
    if (!stop.signal.aborted) throw error
  })
  return {
    events,
    said: () =>
      events.map(({ type, object: { kind, metadata, rows, count } }: KubernetesObject) => {
        if (kind === 'Table') return `${type} ${rows[0].cells[0]} ${rows[0].cells[1]}`
        if (type === 'BOOKMARK') return type
        return `${type} ${metadata.name} ${kind === 'Event' ? count : metadata.annotations['afterlog.io/outcome']}`
      }),
    ended,
    async [Symbol.asyncDispose]() {
      stop.abort()
      await ended
    },
  }
}
const soon = { timeout: 20_000 }
let tenants = 0
const newTenant = (): [string, ApiTenant] => {
  const name = `watch${tenants++}`
  return [name, apiTenant(service.url, name)]
}

test('begins with all that there is, then what is born and what changes, once each', async () => {
  const [tenant, k8s] = newTenant()
  await k8s.tell(pod('a', 1), pod('b', 2))
  await using seen = await watch(tenant, 'allowWatchBookmarks=true&sendInitialEvents=true')
  const first = ['ADDED a running', 'ADDED b running', 'BOOKMARK']
  await expect.poll(seen.said, soon).toEqual(first)
  expect(seen.events[2]!['object'].metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' })
  await k8s.tell(pod('c', 3))
  await expect.poll(seen.said, soon).toEqual([...first, 'ADDED c running'])
  // Told again: nothing new.
  await k8s.tell(pod('a', 1), pod('c', 3))
  await k8s.tell(pod('b', 4, failed))
  await expect.poll(seen.said, soon).toEqual([...first, 'ADDED c running', 'MODIFIED b crashed'])
  await k8s.say('/var/log/pods/shop_a_a/app/1.log', '2026-11-23T10:00:00.000000001Z stdout F a second life')
  await expect.poll(() => seen.said().length, soon).toBe(6)
  expect(seen.said()[5]).toMatch(/^MODIFIED a /)
})

test('goes on where a list ended: nothing between the two is missed', async () => {
  const [tenant, k8s] = newTenant()
  await k8s.tell(pod('old', 1))
  const { body } = await k8s.get('/api/v1/pods', asTable)
  await k8s.tell(pod('between', 2))
  await using seen = await watch(tenant, `resourceVersion=${body['metadata'].resourceVersion}`, asTable)
  // Whether the client has it already cannot be told: it is MODIFIED, which clients take for both.
  await expect.poll(seen.said, soon).toContain('MODIFIED between running')
  await k8s.tell(pod('after', 3))
  await expect.poll(seen.said, soon).toContain('ADDED after running')
  // One that comes back goes on from the last event that it saw.
  const last = seen.events.at(-1)!['object'].metadata.resourceVersion as string
  await k8s.tell(pod('while-away', 4))
  await using again = await watch(tenant, `resourceVersion=${last}`, asTable)
  await expect.poll(again.said, soon).toContain('MODIFIED while-away running')
})

test('what leaves the selection is DELETED, what is not in it is never seen', async () => {
  const [tenant, k8s] = newTenant()
  await k8s.tell(
    pod('a', 1),
    pod('other', 2, (object) => Object.assign(object['metadata'].labels, { app: 'web' })),
  )
  await using seen = await watch(tenant, 'fieldSelector=status.phase%3DRunning&labelSelector=app%3Dcart')
  await expect.poll(seen.said, soon).toEqual(['ADDED a running'])
  await k8s.tell(pod('other', 3, (object) => Object.assign(object['metadata'].labels, { app: 'web', changed: 'yes' })))
  await k8s.tell(pod('a', 4, failed))
  await expect.poll(seen.said, soon).toEqual(['ADDED a running', 'DELETED a crashed'])
})

test('ends when its time is up; one that was left too long ago is 410', async () => {
  const [tenant, k8s] = newTenant()
  await k8s.tell(pod('a', 1))
  await using seen = await watch(tenant, 'timeoutSeconds=1')
  await seen.ended
  expect(seen.said()).toEqual(['ADDED a running'])
  const { status, body } = await k8s.get(`/api/v1/pods?watch=1&resourceVersion=${Date.now() - 3_600_000}`)
  expect([status, body['reason']]).toEqual([410, 'Expired'])
  expect(body['message']).toMatch(/^too old resource version: /)
})

const event = (name: string, version: number, count: number, about = 'cart'): KubernetesObject =>
  fixture('event-backoff', (object) => {
    Object.assign(object['metadata'], { name, uid: name, resourceVersion: String(version) })
    Object.assign(object['involvedObject'], { name: about, uid: about })
    object['count'] = count
  })

test('Events: all that there are, then each that comes or happens again, once', async () => {
  const [tenant, k8s] = newTenant()
  await k8s.tell(event('a', 1, 1), event('b', 2, 1), event('other', 3, 1, 'other'))
  const query = 'fieldSelector=involvedObject.name%3Dcart&allowWatchBookmarks=true&sendInitialEvents=true'
  await using seen = await watch(tenant, query, {}, 'namespaces/shop/events')
  const first = ['ADDED a 1', 'ADDED b 1', 'BOOKMARK']
  await expect.poll(seen.said, soon).toEqual(first)
  expect(seen.events[2]!['object']).toMatchObject({ kind: 'Event', apiVersion: 'v1' })
  await k8s.tell(event('c', 4, 1), event('other', 5, 2, 'other'))
  await expect.poll(seen.said, soon).toEqual([...first, 'ADDED c 1'])
  // Told again: nothing new.
  await k8s.tell(event('a', 1, 1), event('c', 4, 1))
  await k8s.tell(event('b', 6, 2))
  await expect.poll(seen.said, soon).toEqual([...first, 'ADDED c 1', 'MODIFIED b 2'])
})

test('Events: a watch goes on where a list ended, and one that was left too long ago is 410', async () => {
  const [tenant, k8s] = newTenant()
  await k8s.tell(event('old', 1, 1))
  const { body } = await k8s.get('/api/v1/events', asTable)
  await k8s.tell(event('between', 2, 1))
  await using seen = await watch(tenant, `resourceVersion=${body['metadata'].resourceVersion}`, {}, 'events')
  await expect.poll(seen.said, soon).toContain('MODIFIED between 1')
  await k8s.tell(event('after', 3, 1))
  await expect.poll(seen.said, soon).toContain('ADDED after 1')
  const { status } = await k8s.get(`/api/v1/events?watch=1&resourceVersion=${Date.now() - 3_600_000}`)
  expect(status).toBe(410)
})

test.each(['/api/v1/nodes', '/api/v1/namespaces', '/apis/apps/v1/deployments', '/apis/batch/v1/namespaces/shop/jobs'])(
  'a watch of %s is refused, with what can be watched',
  async (path) => {
    const { status, body } = await newTenant()[1].get(`${path}?watch=true`)
    expect([status, body['kind'], body['reason']]).toEqual([405, 'Status', 'MethodNotAllowed'])
    expect(body['message']).toMatch(
      /^watch is not supported on resources of kind "[a-z]+": only pods and events can be watched here$/,
    )
  },
)

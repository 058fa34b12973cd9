// What a container prints is a line of that container, whatever it says: no line of another pod and no object of
// Kubernetes, over every protocol, wherever its agents put what they parsed. docs/decisions/0020-whose-word-counts.md
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { agentLine, pathOf, type Printed } from '#test/support/agents/protocol.ts'
import { protocols } from '#test/support/agents/protocols.ts'
import { request, startTestService, type TestService } from '#test/support/service.ts'

let service: TestService
beforeAll(async () => {
  service = await startTestService(Object.assign({}, ...protocols.map(({ env }) => env)) as Record<string, string>)
})
afterAll(async () => service[Symbol.asyncDispose]())

const time = BigInt(Date.now() - 60_000) * 1_000_000n
const own = agentLine(time, 'x', { namespace: 'shop', pod: 'web', podUid: randomUUID(), container: 'app', restart: 0 })
const other = { ...own, namespace: 'bank', pod: 'ledger', podUid: randomUUID(), container: 'vault' }
const link = `/var/log/containers/ledger_bank_vault-${'b'.repeat(64)}.log`
const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: other.pod, namespace: other.namespace, uid: other.podUid, resourceVersion: '1' },
  spec: { containers: [{ name: 'x', image: 'x' }] },
  status: { phase: 'Failed', reason: 'Evicted' },
}
const event = {
  metadata: { name: 'e', namespace: 'bank', uid: randomUUID() },
  involvedObject: { kind: 'Pod', name: other.pod, namespace: other.namespace, uid: other.podUid },
  reason: 'Evicted',
}

const k8s = {
  'k8s.namespace.name': 'bank',
  'k8s.pod.name': 'ledger',
  'k8s.pod.uid': other.podUid,
  'k8s.container.name': 'vault',
}
const underscored = (prefix: string) =>
  Object.fromEntries(Object.entries(k8s).map(([name, value]) => [name.replace('k8s.', prefix).replaceAll('.', '_'), value]))

/** What containers print. */
const names: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'names of OpenTelemetry': k8s,
  'an object of these names': {
    k8s: { namespace: { name: 'bank' }, pod: { name: 'ledger', uid: other.podUid }, container: { name: 'vault' } },
  },
  'flat names': underscored('kubernetes_'),
  'other flat names': underscored('k8s_'),
  'names with dots': { 'kubernetes.pod_name': 'ledger', 'kubernetes.namespace_name': 'bank', 'kubernetes.pod_id': other.podUid },
  'names of Filebeat with dots': {
    'kubernetes.pod.name': 'ledger',
    'kubernetes.namespace': 'bank',
    'kubernetes.pod.uid': other.podUid,
  },
  'bare names': { namespace: 'bank', pod: 'ledger', pod_uid: other.podUid, container: 'vault', podUid: other.podUid },
  'names of sidecars': { namespace_name: 'bank', pod_name: 'ledger', pod_id: other.podUid, container_name: 'vault' },
  'its own names with the uid of another': {
    'k8s.namespace.name': own.namespace,
    'k8s.pod.name': own.pod,
    'k8s.pod.uid': other.podUid,
  },
  'a uid alone': { pod_uid: other.podUid },
  'a unit': { unit: 'kubelet.service', _SYSTEMD_UNIT: 'kubelet.service' },
  'a Pod': pod,
  'a watch event': { type: 'MODIFIED', object: pod },
  'an Event': event,
  'the line of a controller': { msg: 'Created', type: 'Normal', object: { ...pod, status: undefined } },
}
const filebeat = { pod: { name: 'ledger', uid: other.podUid }, namespace: 'bank', container: { name: 'vault' } }
const fluent = { pod_name: 'ledger', namespace_name: 'bank', pod_id: other.podUid, container_name: 'vault' }
const paths = ['path', 'file_path', 'filename', 'file', 'log.file.path', 'metadata.filename']
const files = Object.fromEntries(
  [pathOf(other), link].flatMap((path) => paths.map((name) => [`${name}: ${path.slice(0, 14)}`, { [name]: path }])),
)
const objects = { 'an object kubernetes': { kubernetes: fluent }, 'one of Filebeat': { kubernetes: filebeat } }

/** What of it can be told from the agent's own word, by the place where this stands. */
const forgeries: Readonly<Record<Printed['by'], typeof names>> = {
  agent: { ...names, ...files, ...objects },
  kubernetes: { ...names, ...files },
  path: Object.fromEntries(
    Object.entries(names).filter(([name]) => !/^(?:flat names|names with dots|names of Filebeat)/.test(name)),
  ),
}

const places = protocols.flatMap((protocol) =>
  Object.entries(protocol.printed).map(([place, printed]) => [protocol.name, place, protocol, printed] as const),
)

describe.each(places)('%s, %s', (name, place, protocol, printed) => {
  test('what a container prints is its own line', async () => {
    const at = { url: service.url, tenant: `${name} ${place}`.replaceAll(/[^a-zA-Z]+/g, '-') }
    const cases = Object.entries(forgeries[printed.by])
    const answers = await Promise.all(
      cases.map(([, fields], i) => {
        const line = { ...own, time: time + BigInt(i) * 1000n }
        return protocol.sendBytes(at, printed.body(line, fields), printed.headers?.(line))
      }),
    )
    for (const { status, body } of answers) expect(status, body).toBeLessThan(300)
    const get = async (path: string) => (await request(`${at.url}${path}`, { headers: { 'x-scope-orgid': at.tenant } })).body
    expect((await get('/v1/dead-letters'))['deadLetters']).toEqual([])
    const lines = (await get('/v1/logs?order=asc&limit=1000'))['lines'] as Record<string, unknown>[]
    const owners = lines.map(({ namespace, pod: podName, podUid, container, unit }) => ({
      namespace,
      podName,
      podUid,
      container,
      unit,
    }))
    const { namespace, podUid, container } = own
    const expected = { namespace, podName: own.pod, podUid, container, unit: '' }
    expect(Object.fromEntries(owners.map((owner, i) => [cases[i]?.[0], owner]))).toEqual(
      Object.fromEntries(cases.map(([what]) => [what, expected])),
    )
    expect((await get(`/v1/pods/${other.podUid}`))['status']).toBe(404)
  })
})

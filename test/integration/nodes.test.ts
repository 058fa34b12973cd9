// GET /v1/nodes and /v1/nodes/{name}: conditions over time as Kubernetes reported them, Events on the node, and the pods
// that ended on it or were on it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { columns } from '#ingest/store/columns.ts'
import { deadPod } from '#test/support/dead-pods.ts'
import { decode, origin } from '#test/support/kubernetes.ts'
import { openProjectorService, type ProjectorService } from '#test/support/projector-service.ts'

const at = (clock: string) => `2026-11-23T${clock}Z`
const told = (clock: string) => `2026-11-23T${clock}.000000000Z`

interface NodeOptions {
  uid?: string
  taints?: object[]
}
/** Each condition as [type, status, since]. */
const nodeObject = (
  name: string,
  version: number,
  conditions: [string, string, string][],
  { uid = `uid-${name}`, taints = [] }: NodeOptions = {},
) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, uid, resourceVersion: String(version), creationTimestamp: at('08:00:00'), labels: { zone: 'a' } },
  spec: { taints },
  status: {
    nodeInfo: { kubeletVersion: 'v1.34.1', osImage: 'Debian 13' },
    addresses: [{ type: 'InternalIP', address: '10.0.0.7' }],
    conditions: conditions.map(([type, status, since]) => ({
      type,
      status,
      reason: `${type}Is${status}`,
      message: `it is ${status}`,
      lastTransitionTime: at(since),
    })),
  },
})
const nodeEvent = (uid: string, name: string, reason: string, clock: string) => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: {
    name: `${name}.${reason}`,
    namespace: 'default',
    uid: `event-${reason}`,
    resourceVersion: '7',
    creationTimestamp: at(clock),
  },
  involvedObject: { kind: 'Node', name, uid },
  reason,
  message: `${reason} of ${name}`,
  source: { component: 'kubelet', host: name },
  firstTimestamp: at(clock),
  lastTimestamp: at(clock),
  count: 2,
  type: 'Warning',
})

interface Answer {
  node: Record<string, unknown>
  history: {
    conditions: { type: string; status: string; since: string; until: string | null }[]
    taints: object[]
    gone: string[]
  }
  events: { reason: string }[]
  pods: { uid: string; outcome: string; diedAt: string | null; cause: string }[]
  next: string | null
}

let service: ProjectorService

beforeAll(async () => {
  service = await openProjectorService()
  const taint = { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute', timeAdded: at('10:00:05') }
  await service.tell(
    nodeObject('n1', 1, [
      ['Ready', 'True', '08:00:00'],
      ['MemoryPressure', 'False', '08:00:00'],
    ]),
    nodeObject(
      'n1',
      2,
      [
        ['Ready', 'Unknown', '10:00:00'],
        ['MemoryPressure', 'False', '08:00:00'],
      ],
      { taints: [taint] },
    ),
    nodeObject('n1', 3, [
      ['Ready', 'True', '10:10:00'],
      ['MemoryPressure', 'True', '10:11:00'],
    ]),
    { type: 'DELETED', object: nodeObject('gone-1', 4, [['Ready', 'True', '08:30:00']]) },
    nodeEvent('n1', 'n1', 'NodeHasInsufficientMemory', '10:11:00'),
    nodeEvent('uid-n1', 'n1', 'NodeNotReady', '10:00:00'),
    nodeEvent('n1', 'other', 'NotOfThisNode', '10:00:00'),
    ...deadPod({ uid: 'early', lives: [['09:00:00', '09:05:00', 1]] }),
    ...deadPod({ uid: 'late', owner: 'Deployment/cart', lives: [['09:00:00', '10:05:00', 137]] }),
    ...deadPod({ uid: 'done', lives: [['09:00:00', '10:06:00', 0]] }),
    ...deadPod({ uid: 'alive', lives: [['10:07:00']] }),
    ...deadPod({ uid: 'elsewhere', node: 'pods-only', lives: [['09:00:00', '10:05:00', 1]] }),
  )
  for (const cluster of ['prod-eu', 'prod-us']) {
    const { tables } = decode([nodeObject('twin', 1, [['Ready', 'True', '08:00:00']])], { ...origin, cluster })
    for (const { table, rows } of tables)
      await service.store.insert({ table, columns: columns[table], rows, format: 'JSONCompactEachRow' })
  }
  await service.project()
})
afterAll(() => service[Symbol.asyncDispose]())

async function get<T>(path: string): Promise<T> {
  const { status, body } = await service.request('GET', path)
  expect([status, body]).toEqual([200, expect.anything()])
  return body as T
}
const node = (query = '') => get<Answer>(`/v1/nodes/n1?${query}`)
const uids = ({ pods }: Answer) => pods.map(({ uid }) => uid)

describe('the list', () => {
  test('has nodes that Kubernetes reported and those that pods name, by cluster and name', async () => {
    const { nodes } = await get<{ nodes: Record<string, unknown>[] }>('/v1/nodes')
    expect(
      nodes.map(({ cluster, name, ready, gone, podsKnown, podsLiving }) => [cluster, name, ready, gone, podsKnown, podsLiving]),
    ).toEqual([
      ['prod-eu', 'gone-1', 'True', true, 0, 0],
      ['prod-eu', 'n1', 'True', false, 4, 1],
      ['prod-eu', 'pods-only', null, false, 1, 0],
      ['prod-eu', 'twin', 'True', false, 0, 0],
      ['prod-us', 'twin', 'True', false, 0, 0],
    ])
    expect(nodes[1]).toMatchObject({
      uid: 'uid-n1',
      kubeletVersion: 'v1.34.1',
      osImage: 'Debian 13',
      addresses: [{ type: 'InternalIP', address: '10.0.0.7' }],
      labels: { zone: 'a' },
      taints: [],
      conditions: [
        { type: 'MemoryPressure', status: 'True', since: told('10:11:00') },
        { type: 'Ready', status: 'True', since: told('10:10:00') },
      ],
    })
    expect(nodes[2]).toMatchObject({ uid: '', reportedAt: null, conditions: [] })
  })

  test('comes in pages that have each node once, and by name and cluster', async () => {
    const visited: string[] = []
    for (let cursor = ''; ;) {
      const page = await get<{ nodes: { cluster: string; name: string }[]; next: string | null }>(`/v1/nodes?limit=2${cursor}`)
      visited.push(...page.nodes.map(({ cluster, name }) => `${cluster}/${name}`))
      if (page.next === null) break
      cursor = `&cursor=${page.next}`
    }
    expect(visited).toEqual(['prod-eu/gone-1', 'prod-eu/n1', 'prod-eu/pods-only', 'prod-eu/twin', 'prod-us/twin'])
    expect((await get<{ nodes: object[] }>('/v1/nodes?name=twin&name=n1&cluster=prod-us')).nodes).toHaveLength(1)
    expect((await get<{ nodes: object[] }>(`/v1/nodes?name=${encodeURIComponent("'); DROP")}`)).nodes).toEqual([])
  })
})

describe('one node', () => {
  test('has its conditions over time, each until the next of its type', async () => {
    const { history } = await node()
    expect(history.conditions.map(({ type, status, since, until }) => [type, status, since, until])).toEqual(
      expect.arrayContaining([
        ['MemoryPressure', 'False', told('08:00:00'), told('10:11:00')],
        ['Ready', 'True', told('08:00:00'), told('10:00:00')],
        ['Ready', 'Unknown', told('10:00:00'), told('10:10:00')],
        ['Ready', 'True', told('10:10:00'), null],
        ['MemoryPressure', 'True', told('10:11:00'), null],
      ]),
    )
    expect(history.conditions).toHaveLength(5)
    expect(history.taints).toEqual([
      { key: 'node.kubernetes.io/unreachable', value: '', effect: 'NoExecute', since: told('10:00:05') },
    ])
  })

  test('a condition of a node that is gone ends with it', async () => {
    const { node: gone, history } = await get<Answer>('/v1/nodes/gone-1')
    expect(gone['gone']).toBe(true)
    expect(history.gone).toHaveLength(1)
    expect(history.conditions[0]!.until).toBe(history.gone[0])
  })

  test('has the Events on it, whether they name it by its name or its uid, oldest first', async () => {
    expect((await node()).events.map(({ reason }) => reason)).toEqual(['NodeNotReady', 'NodeHasInsufficientMemory'])
    expect((await node('from=2026-11-23T10:05:00Z')).events.map(({ reason }) => reason)).toEqual(['NodeHasInsufficientMemory'])
  })

  test('has the pods that ended on it, newest first', async () => {
    const answer = await node()
    expect(uids(answer)).toEqual(['done', 'late', 'early'])
    expect(answer.pods[1]).toMatchObject({
      outcome: 'oomkilled',
      diedAt: told('10:05:00'),
      owner: { kind: 'Deployment', name: 'cart' },
    })
    expect(answer.pods[1]!.cause).toContain('OOM-killed')
    expect(uids(await node('outcome=oomkilled&outcome=crashed'))).toEqual(['late', 'early'])
  })

  test('pods=lived has those that were on it in the time', async () => {
    expect(uids(await node('pods=lived')).toSorted()).toEqual(['alive', 'done', 'early', 'late'])
    expect(uids(await node('pods=lived&from=2026-11-23T10:06:30Z'))).toEqual(['alive'])
    expect(uids(await node('pods=lived&to=2026-11-23T10:00:00Z')).toSorted()).toEqual(['done', 'early', 'late'])
  })

  test('the time bounds states and ends', async () => {
    const answer = await node('from=2026-11-23T10:05:00Z&to=2026-11-23T10:06:00Z')
    expect(uids(answer)).toEqual(['late'])
    expect(answer.history.conditions.map(({ type, status }) => `${type} ${status}`).toSorted()).toEqual([
      'MemoryPressure False',
      'Ready Unknown',
    ])
  })

  test.each(['died', 'lived'])('its pods come in pages that have each once: %s', async (pods) => {
    const visited: string[] = []
    for (let cursor = ''; ;) {
      const page = await node(`pods=${pods}&limit=1${cursor}`)
      visited.push(...uids(page))
      if (page.next === null) break
      cursor = `&cursor=${page.next}`
    }
    expect(visited).toEqual(uids(await node(`pods=${pods}`)))
  })
})

test.each([
  ['nodes/nope', 404, 'name'],
  [`nodes/${encodeURIComponent("n1' OR '1'='1")}`, 404, 'name'],
  [`nodes/${'n'.repeat(4000)}`, 404, 'name'],
  ['nodes/n1?cluster=prod-us', 404, 'name'],
  ['nodes/twin', 409, 'cluster'],
  ['nodes/n1?pods=all', 400, 'pods'],
  ['nodes/n1?from=now&to=-1h', 400, 'to'],
  ['nodes/n1?limit=0', 400, 'limit'],
  ['nodes/n1?cursor=abc', 400, 'cursor'],
  ['nodes/n1?cluster=a&cluster=b', 400, 'cluster'],
  ['nodes/n1?outcome=dead', 400, 'outcome'],
  ['nodes/n1?nothing=1', 400, 'nothing'],
  ['nodes?cursor=abc', 400, 'cursor'],
  ['nodes?limit=10001', 400, 'limit'],
])('%s is %i', async (path, code, parameter) => {
  const { status, body } = await service.request('GET', `/v1/${path}`)
  expect([status, (body as { parameter: string }).parameter]).toEqual([code, parameter])
})

test('cluster chooses between nodes of one name', async () => {
  expect((await get<Answer>('/v1/nodes/twin?cluster=prod-us')).node).toMatchObject({ cluster: 'prod-us', ready: 'True' })
})

// Over a cluster of two real shards: a tail of an owner has the transitions of pods of every shard, and facts expire on
// every shard.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { raw } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { parseLastWords, parseRetention } from '#shared/retention/retention.ts'
import { createFactsExpiry, factsDays } from '#projector/retention/facts-expiry.ts'
import { createReading } from '#shared/store-reading/reading.ts'
import { openClusterStore } from '#test/support/cluster/store.ts'
import { startMigratedCluster } from '#test/support/cluster/migrated.ts'
import { clusterMsMax, clusterName, type TestCluster } from '#test/support/cluster/start.ts'
import { fixture, type KubernetesObject } from '#test/support/kubernetes.ts'
import { listsHave, request, startTestService, type TestService } from '#test/support/service.ts'
import { openEvents } from '#test/support/sse.ts'

let cluster: TestCluster
let store: LogStore
let service: TestService
beforeAll(async () => {
  cluster = await startMigratedCluster()
  service = await startTestService({ AFTERLOG_CLICKHOUSE_URL: cluster.url, AFTERLOG_CLICKHOUSE_CLUSTER: clusterName })
  store = await openClusterStore(cluster)
}, clusterMsMax)
afterAll(async () => {
  await store[Symbol.asyncDispose]()
  await service[Symbol.asyncDispose]()
  await cluster[Symbol.asyncDispose]()
})

const names = Array.from({ length: 6 }, (_, i) => `pod-${i}`)
const dayMs = 86_400_000

async function tell(tenant: string, objects: readonly object[]): Promise<void> {
  const { status } = await request(`${service.url}/v1/lifecycle`, {
    method: 'POST',
    body: JSON.stringify({ kind: 'List', apiVersion: 'v1', items: objects }),
    headers: { 'content-type': 'application/json', 'x-scope-orgid': tenant },
  })
  expect(status).toBe(200)
  await listsHave(service.url)
}

const failed = (name: string): KubernetesObject =>
  fixture('pod-replacement', (made) => {
    Object.assign(made['metadata'], { name, uid: `uid-${name}`, labels: { 'pod-template-hash': '7d9f' } })
    made['metadata'].ownerReferences = [
      { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'cart-7d9f', uid: 'rs', controller: true },
    ]
    made['status'].phase = 'Failed'
    made['status'].containerStatuses = [
      {
        name: 'app',
        restartCount: 0,
        state: {
          terminated: { exitCode: 1, reason: 'Error', startedAt: '2026-11-23T10:00:00Z', finishedAt: '2026-11-23T10:30:00Z' },
        },
      },
    ]
  })

test('a tail of an owner has a birth and a death of each of its pods, each once', { timeout: clusterMsMax }, async () => {
  const tail = await openEvents(`${service.url}/v1/logs/tail?owner=Deployment/cart`, { 'x-scope-orgid': 'tail' })
  expect(tail.status).toBe(200)
  await tail.messages.next()
  await tell('tail', names.map(failed))
  const seen: string[] = []
  for await (const { event, data } of tail.messages) {
    if (event !== 'life') continue
    const { kind, pod, container } = JSON.parse(data!) as Record<string, string>
    seen.push(`${pod} ${kind} ${container}`)
    if (seen.length === 2 * names.length) break
  }
  tail.leave()
  expect(seen.toSorted()).toEqual(names.flatMap((name) => [`${name} born `, `${name} died `]).toSorted())
})

test('facts of every shard are deleted, and answers stay as they are', { timeout: clusterMsMax }, async () => {
  await tell('expiry', names.map(failed))
  const headers = { 'x-scope-orgid': 'expiry' }
  const answers = async (): Promise<unknown[]> => {
    const list = await request(`${service.url}/v1/pods?limit=100`, { headers })
    const paths = names.flatMap((name) => [`/v1/pods/uid-${name}`, `/v1/pods/uid-${name}/obituary`])
    const others = await Promise.all(paths.map((path) => request(`${service.url}${path}`, { headers })))
    return [list.body['pods'], ...others.map(({ status, body }) => ({ status, body }))]
  }
  const facts = async (): Promise<number> => {
    const [row] = await store.rows<{ n: number }>({
      sql: raw(
        `SELECT toUInt32(count()) AS n FROM (SELECT uid FROM pods WHERE tenant = 'expiry' UNION ALL SELECT pod_uid FROM lives WHERE tenant = 'expiry')`,
      ),
    })
    return row!.n
  }
  const before = await answers()
  const shards = await store.rows({ sql: raw(`SELECT DISTINCT _shard_num AS shard FROM pods WHERE tenant = 'expiry'`) })
  expect([await facts(), shards.length]).toEqual([2 * names.length, 2])
  const settings = { rules: parseRetention('default=14d'), lastWords: parseLastWords('') }
  const expiry = createFactsExpiry({ store, reading: createReading({ store, limits: {} }) })
  const now = Date.now() + (factsDays(settings) + 1) * dayMs
  expect(await expiry.run(settings, now)).toBe(0)
  expect(await expiry.run(settings, now + dayMs)).toBe(2 * names.length)
  await expect.poll(facts, { timeout: 60_000 }).toBe(0)
  expect(await answers()).toEqual(before)
})

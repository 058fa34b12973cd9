// What goes on by itself over a cluster of two real shards: tails and watches hear of every shard, expired days go from
// every shard.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCutInserts } from '#projector/resend-cut-inserts.ts'
import { raw } from '#shared/clickhouse/sql.ts'
import { createLogger } from '#shared/logger.ts'
import { createReading } from '#shared/store-reading/reading.ts'
import { openClusterStore } from '#test/support/cluster/store.ts'
import { startMigratedCluster } from '#test/support/cluster/migrated.ts'
import { clusterMsMax, clusterName, type TestCluster } from '#test/support/cluster/start.ts'
import { fixture, type KubernetesObject } from '#test/support/kubernetes.ts'
import { post, record } from '#test/support/lines.ts'
import { listsHave, request, startTestService, type TestService } from '#test/support/service.ts'
import { openEvents } from '#test/support/sse.ts'

let cluster: TestCluster
let service: TestService
beforeAll(async () => {
  cluster = await startMigratedCluster()
  service = await startTestService({ AFTERLOG_CLICKHOUSE_URL: cluster.url, AFTERLOG_CLICKHOUSE_CLUSTER: clusterName })
}, clusterMsMax)
afterAll(async () => {
  await service[Symbol.asyncDispose]()
  await cluster[Symbol.asyncDispose]()
})

const dayMs = 86_400_000
const patience = { timeout: 60_000, interval: 200 }
const names = Array.from({ length: 20 }, (_, i) => `pod-${i}`)

test('a tail tells the lines of every shard, each once', async () => {
  const tail = await openEvents(`${service.url}/v1/logs/tail?namespace=shop`, { 'x-scope-orgid': 'tail' })
  expect(tail.status).toBe(200)
  const lines = names.map((pod) => record(`says ${pod}`, { pod, podUid: `uid-${pod}` }))
  for (let times = 0; times < 2; times++) expect((await post({ url: service.url, tenant: 'tail' }, lines)).status).toBe(200)
  const messages: string[] = []
  for await (const { data } of tail.messages) {
    if (data !== undefined) messages.push((JSON.parse(data) as { message: string }).message)
    if (messages.length === names.length) break
  }
  tail.leave()
  expect(messages.toSorted()).toEqual(lines.map(({ message }) => message).toSorted())
})

test('a watch that goes on where it was hears of changes on every shard', async () => {
  const told = async (changed: readonly string[], phase: string): Promise<void> => {
    const pods = changed.map((name) => podOf(name, phase))
    const { status } = await request(`${service.url}/v1/lifecycle`, {
      method: 'POST',
      body: JSON.stringify({ kind: 'List', apiVersion: 'v1', items: pods }),
      headers: { 'content-type': 'application/json', 'x-scope-orgid': 'watch' },
    })
    expect(status).toBe(200)
    await listsHave(service.url)
  }
  const headers = { 'x-scope-orgid': 'watch' }
  await told(names, 'Running')
  const { body: list } = await request(`${service.url}/k8s/api/v1/pods`, { headers })
  expect(list['items']).toHaveLength(names.length)
  const version = (list['metadata'] as { resourceVersion: string }).resourceVersion
  await told(names, 'Failed')
  const leaving = new AbortController()
  const watch = await fetch(`${service.url}/k8s/api/v1/pods?watch=true&resourceVersion=${version}`, {
    headers,
    signal: leaving.signal,
  })
  const changed = new Set<string>()
  let text = ''
  for await (const chunk of watch.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk
    const lines = text.split('\n')
    text = lines.pop()!
    for (const line of lines.filter((each) => each !== '')) {
      const { object } = JSON.parse(line) as { object: KubernetesObject }
      if (object['status']?.phase === 'Failed') changed.add(object['metadata'].name as string)
    }
    if (changed.size === names.length) break
  }
  leaving.abort()
  expect([...changed].toSorted()).toEqual(names.toSorted())
})

test('inserts that the end of a server has cut in two are made whole on every shard', async () => {
  const uids = names.map((name) => `cut-${name}`)
  await using store = await openClusterStore(cluster)
  const rows = uids.map((uid) => `${JSON.stringify(['cut', uid])}\n`).join('')
  const insert = { table: 'pods', columns: ['tenant', 'uid'], rows: Buffer.from(rows), format: 'JSONCompactEachRow' } as const
  await store.insert(insert)
  const onCluster = `ON CLUSTER ${clusterName}`
  const where = `WHERE tenant = 'cut' SETTINGS mutations_sync = 2`
  await store.command({ sql: raw(`ALTER TABLE pod_watermarks_local ${onCluster} DELETE ${where}`) })
  // Parts that were merged are as old as their newest insert may be.
  await store.command({ sql: raw(`OPTIMIZE TABLE pods_local ${onCluster} FINAL`) })
  // As after a start of the servers: the service of this file has checked this one.
  await store.command({ sql: raw(`TRUNCATE TABLE job_watermarks_local ${onCluster}`) })
  const log = createLogger({ level: 'silent', service: 'projector' })
  const cut = createCutInserts({ store, reading: createReading({ store, limits: {} }), log })
  expect(await cut.resend()).toBeGreaterThanOrEqual(2)
  const repaired = async (): Promise<string[]> =>
    (await store.rows<{ uid: string }>({ sql: raw(`SELECT DISTINCT uid FROM pod_watermarks WHERE tenant = 'cut'`) })).map(
      ({ uid }) => uid,
    )
  await expect.poll(async () => (await repaired()).toSorted(), patience).toEqual(uids.toSorted())
  expect(await cut.resend()).toBe(0)
})

test('an expired day goes from every shard, with what is kept of it counted first', async () => {
  const old = new Date(Date.now() - 5 * dayMs).toISOString()
  const poster = { url: service.url, tenant: 'expiry' }
  const of = (time: string) => names.map((pod) => record(`line of ${pod}`, { pod, podUid: `uid-${pod}`, time }))
  expect((await post(poster, of(old))).status).toBe(200)
  expect((await post(poster, of(new Date().toISOString()))).status).toBe(200)
  const days = async (shard: number): Promise<string[]> => {
    const answer = await fetch(`${cluster.urlOf(shard)}/?database=afterlog`, {
      method: 'POST',
      body: `SELECT DISTINCT substring(partition, 2, 8) FROM system.parts WHERE active AND table = 'logs_local' ORDER BY 1`,
    })
    return (await answer.text()).split('\n').filter((day) => day !== '')
  }
  const dayOf = (time: string): string => time.slice(0, 10).replaceAll('-', '')
  for (const shard of [0, 1]) expect(await days(shard)).toContain(dayOf(old))

  const put = (query: string) =>
    request(`${service.url}/v1/retention${query}`, {
      method: 'PUT',
      body: JSON.stringify({ rules: { default: '3d' } }),
      headers: { 'content-type': 'application/json' },
    })
  expect((await put('?dryRun=true')).status).toBe(200)
  expect((await put('')).status).toBe(200)
  for (const shard of [0, 1]) await expect.poll(() => days(shard), patience).not.toContain(dayOf(old))
  const left = await service.store.rows({
    sql: raw(`SELECT toUInt32(uniqExact(ts, identity)) AS n FROM logs WHERE tenant = 'expiry'`),
  })
  expect(left).toEqual([{ n: names.length }])
  const counted = await service.store.rows({
    sql: raw(`SELECT toUInt32(sum(n)) AS n FROM (SELECT max(lines) AS n FROM kept_counts WHERE tenant = 'expiry' GROUP BY pod)`),
  })
  expect(counted).toEqual([{ n: names.length }])
})

const podOf = (name: string, phase: string): object =>
  fixture('pod-replacement', (object) => {
    Object.assign(object['metadata'], {
      name,
      namespace: 'shop',
      uid: `uid-${name}`,
      resourceVersion: phase === 'Failed' ? '20' : '10',
    })
    object['status'] = { phase }
  })

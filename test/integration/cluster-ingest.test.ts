// Ingest into a cluster of two real shards while one of them is killed and comes back: what was answered or committed
// is there once, what was not is refused in time. Over HTTP, and through Kafka.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { raw } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { startMigratedCluster } from '#test/support/cluster/migrated.ts'
import { clusterName, type TestCluster } from '#test/support/cluster/start.ts'
import { misplacedRows, openClusterStore } from '#test/support/cluster/store.ts'
import { openClient } from '#test/support/kafka/produce.ts'
import { createTopics } from '#test/support/kafka/topics.ts'
import { withKafka } from '#test/support/kafka/with-kafka.ts'
import { post, record } from '#test/support/lines.ts'
import { request, startTestService } from '#test/support/service.ts'

let cluster: TestCluster
let store: LogStore
beforeAll(async () => {
  cluster = await startMigratedCluster()
  store = await openClusterStore(cluster)
})
afterAll(async () => {
  await store[Symbol.asyncDispose]()
  await cluster[Symbol.asyncDispose]()
})

const environment = () => ({ AFTERLOG_CLICKHOUSE_URL: cluster.url, AFTERLOG_CLICKHOUSE_CLUSTER: clusterName })
const ready = async (url: string): Promise<number> => (await request(`${url}/readyz`)).status
/** ms that are enough on a machine that is busy with other things. */
const patience = { timeout: 60_000, interval: 100 }

/** Of twenty pods, some without a uid, which lie on both shards. */
const batch = (number: number, size: number) =>
  Array.from({ length: size }, (_, i) =>
    record(`${number}/${i}`, { pod: `pod-${i % 20}`, podUid: i % 5 === 0 ? '' : `uid-${i % 20}`, ordinal: number }),
  )

async function storedOf(tenant: string) {
  const [row] = await store.rows<{ rows: number; messages: number; shards: number }>({
    sql: raw(`SELECT toUInt32(uniqExact(ts, identity)) AS rows, toUInt32(uniqExact(message)) AS messages,
      toUInt32(uniqExact(_shard_num)) AS shards FROM logs WHERE tenant = '${tenant}'`),
  })
  return row!
}

test('a shard is killed under posts: they and reads are 503, and resent every line is there once', async () => {
  await using service = await startTestService(environment())
  await expect.poll(() => ready(service.url), patience).toBe(200)
  const poster = { url: service.url, tenant: 'posts' }
  const send = async (number: number): Promise<number> => (await post(poster, batch(number, 60))).status
  expect(await send(0)).toBe(200)
  const all = Array.from({ length: 12 }, (_, i) => i + 1)
  const statuses: number[] = []
  for (const number of all) {
    if (number === 4) await cluster.kill(1)
    statuses.push(await send(number))
  }
  expect(new Set(statuses.slice(3))).toEqual(new Set([503]))
  for (const path of ['/v1/logs', '/v1/pods', '/v1/fields/pod/values', '/k8s/api/v1/pods', '/v1/retention']) {
    const { status } = await request(`${service.url}${path}`, { headers: { 'x-scope-orgid': 'posts' } })
    expect([path, status]).toEqual([path, 503])
  }
  await cluster.restart(1)
  // A sender cannot know what of a batch that failed was stored: it sends all of it again, and of those that did not
  // fail too.
  for (const number of all) await expect.poll(() => send(number), patience).toBe(200)
  expect(await storedOf('posts')).toEqual({ rows: 13 * 60, messages: 13 * 60, shards: 2 })
  const { body } = await request(`${service.url}/v1/fields/pod/values`, { headers: { 'x-scope-orgid': 'posts' } })
  const counts = (body['values'] as { count: number }[]).map(({ count }) => count)
  expect([counts.length, new Set(counts)]).toEqual([20, new Set([39])])
  expect(await misplacedRows(store)).toEqual({})
})

withKafka('through Kafka', (kafka) => {
  test('a shard is killed while the source reads: every line is there once when it is back, and all is committed', async () => {
    const topic = kafka.name('shards')
    await createTopics(kafka.brokers, [{ topic, partitions: 2 }])
    await using client = await openClient(kafka.brokers)
    await using service = await startTestService({
      ...environment(),
      AFTERLOG_KAFKA_BROKERS: kafka.brokers,
      AFTERLOG_KAFKA_TOPICS: `${topic}:native`,
      AFTERLOG_KAFKA_GROUP: topic,
    })
    await expect.poll(() => ready(service.url), patience).toBe(200)
    const produce = (number: number) =>
      client.produce(topic, [
        {
          value: JSON.stringify({ records: batch(number, 60) }),
          headers: { 'x-scope-orgid': 'kafka' },
          partition: number % 2,
        },
      ])
    for (let number = 0; number < 5; number++) await produce(number)
    await expect.poll(async () => (await storedOf('kafka')).rows, patience).toBe(300)
    await cluster.kill(0)
    for (let number = 5; number < 15; number++) await produce(number)
    await expect.poll(() => ready(service.url), patience).toBe(503)
    await cluster.restart(0)
    await expect.poll(() => ready(service.url), patience).toBe(200)
    await expect.poll(() => client.committed(topic, topic), patience).toEqual([8, 7])
    expect(await storedOf('kafka')).toEqual({ rows: 900, messages: 900, shards: 2 })
  })
})

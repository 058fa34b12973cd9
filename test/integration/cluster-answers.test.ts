// One recorded input, sent to a service over a single embedded store and to one over a cluster of two real shards:
// every route gives one answer. What a route is asked is in test/support/cluster/questions.ts.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { recordedUntilS } from '../../demo/rebase.ts'
import { layOutCluster } from '../../demo/recorded-cluster.ts'
import { replay } from '../../demo/replay.ts'
import { answerTo } from '#test/support/cluster/answers.ts'
import { questions, type Question, type Recorded } from '#test/support/cluster/questions.ts'
import { startMigratedCluster } from '#test/support/cluster/migrated.ts'
import { clusterMsMax, clusterName, type TestCluster } from '#test/support/cluster/start.ts'
import { misplacedRows } from '#test/support/cluster/store.ts'
import { post, postLifecycle } from '#test/support/cluster/posts.ts'
import { listsHave, startTestService, type TestService } from '#test/support/service.ts'

let dir: string
let cluster: TestCluster
let single: TestService
let sharded: TestService
const nowMs = Date.now()
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'afterlog-answers-'))
  cluster = await startMigratedCluster()
  // A query that is cut off for its time would be a difference of the machine.
  const common = { AFTERLOG_CLUSTER: 'demo', AFTERLOG_QUERY_TIME_MS: '300000' }
  single = await startTestService(common)
  sharded = await startTestService({
    ...common,
    AFTERLOG_CLICKHOUSE_URL: cluster.url,
    AFTERLOG_CLICKHOUSE_CLUSTER: clusterName,
  })
  const recording = await layOutCluster({ into: join(dir, 'nodes'), seconds: Math.floor(nowMs / 1000) - 60 - recordedUntilS })
  for (const [name, { url }] of Object.entries({ single, sharded })) {
    await replay({ url, cluster: recording, scratch: join(dir, name), signal: AbortSignal.timeout(60_000) })
    // What the recording lacks. Everything twice: what is sent again is there once.
    for (let times = 0; times < 2; times++) {
      await post(url, linesWithoutUid)
      await post(url, [{ time: 'no time', namespace: 'shop', pod: 'cart', container: 'app', message: 'refused' }])
      await postLifecycle(url, recording.lifecycle, 'renamed')
    }
    await listsHave(url)
  }
}, clusterMsMax)
afterAll(async () => {
  await sharded[Symbol.asyncDispose]()
  await single[Symbol.asyncDispose]()
  await cluster[Symbol.asyncDispose]()
  await rm(dir, { recursive: true, force: true })
})

const recorded: Recorded = {
  from: new Date(nowMs - 6 * 3_600_000).toISOString(),
  to: new Date(nowMs + 600_000).toISOString(),
  uids: [
    'ed765761-9274-485a-b811-f513545523b6',
    'a2c8d0df-6b85-4574-9380-a4ec3b2ee0f9',
    '9e03971a-ea97-4cda-a3e7-b7b0f888724e',
    'unresolved:demo/shop/anonymous-3',
  ],
  staticUid: '1965aeff6c7636a37c6f8c526d7bb5d2',
  containerId: '9182814edacf',
  ip: '10.244.1.15',
  node: 'node-1',
}

/** As agents send them that read /var/log/containers, and as node agents do: of ten pods and two nodes. */
const linesWithoutUid = Array.from({ length: 40 }, (_, i) => {
  const line = { time: new Date(nowMs - 600_000 + i).toISOString(), message: `line ${i} of nobody` }
  if (i % 4 === 0) return { ...line, node: `node-${i % 3}`, unit: 'kubelet.service' }
  return { ...line, namespace: 'shop', pod: `anonymous-${i % 10}`, container: 'app', containerId: `containerd://${i % 10}abc` }
})

test.each(questions(recorded))('$route gives one answer', answersAlike, clusterMsMax)

async function answersAlike({ paths, headers }: Question): Promise<void> {
  for (const path of paths) {
    const [one, two] = await Promise.all([answerTo(single.url, path, headers), answerTo(sharded.url, path, headers)])
    expect({ path, answer: two }).toEqual({ path, answer: one })
    // A refusal would be the same on both, and prove nothing.
    expect(one[0]!.status, path).toBe(path === '/v1/pods/nobody' ? 404 : 200)
  }
}

test('no node has refused another statement, and every row stands on the shard of its key', async () => {
  expect(cluster.refused.filter(({ words }) => !words.includes('globalIn'))).toEqual([])
  expect(await misplacedRows(sharded.store)).toEqual({})
})

test('every path that OpenAPI names is asked', async () => {
  const { paths } = (await (await fetch(`${single.url}/openapi.json`)).json()) as { paths: Record<string, object> }
  const read = Object.entries(paths).flatMap(([path, methods]) => ('get' in methods ? [path] : []))
  const asked = new Set(questions(recorded).map(({ route }) => route))
  expect(read.filter((path) => !asked.has(path) && !unasked.has(path))).toEqual([])
})

/** A tail does not end: cluster-tail.test.ts has it. Sizes of two stores differ. The rest asks no store. */
const unasked = new Set([
  '/v1/logs/tail',
  '/v1/deaths/tail',
  '/loki/api/v1/tail',
  '/v1/store',
  '/v1/logs/context',
  '/k8s/kubeconfig',
  '/healthz',
  '/readyz',
  '/metrics',
])

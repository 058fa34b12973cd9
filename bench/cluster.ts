// Ingest of the same lines over HTTP into one real ClickHouse server and into a cluster of two shards, both made of the
// engine in libchdb. Everything shares the cores of this machine: it shows what sharding costs, not what a second
// machine would bring. Run by hand: node bench/cluster.ts [--lines 500000]
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { raw } from '#shared/clickhouse/sql.ts'
import { clusterName, startCluster, startServer } from '#test/support/cluster/start.ts'
import { setup } from '#test/support/migrate-once.ts'
import { startTestService } from '#test/support/service.ts'
import { makeBodies } from './load/bodies.ts'
import { post } from './load/post.ts'
import { cpuSeconds } from './load/process-cost.ts'

const { values } = parseArgs({ options: { lines: { type: 'string', default: '500000' } } })
const lines = Number(values.lines)
const bodies = makeBodies({ lines, pods: 200, linesPerBody: 5000, seed: 1, untilMs: Date.now(), hours: 6 })

async function measure(name: string, env: Record<string, string>, nodes: readonly number[]): Promise<void> {
  await using service = await startTestService({ AFTERLOG_FLUSH_INTERVAL_MS: '100', ...env })
  const nodeSeconds = (): number => nodes.reduce((sum, pid) => sum + cpuSeconds(pid), 0)
  const before = { nodes: nodeSeconds(), own: cpuSeconds(process.pid), ms: performance.now() }
  let next = 0
  const send = async (): Promise<void> => {
    for (let body = bodies[next++]; body !== undefined; body = bodies[next++]) await post(service.url, body)
  }
  await Promise.all([send(), send(), send(), send()])
  const seconds = (performance.now() - before.ms) / 1000
  const shards = await service.store.rows<{ n: number }>({
    sql: raw('SELECT toUInt32(count()) AS n, shardNum() AS shard FROM logs GROUP BY shard ORDER BY shard'),
  })
  process.stdout.write(
    `${name}: ${Math.round(lines / seconds)} lines/s; CPU s: nodes ${(nodeSeconds() - before.nodes).toFixed(1)}, ` +
      `service and sender ${(cpuSeconds(process.pid) - before.own).toFixed(1)}; rows by shard: ${shards.map(({ n }) => n).join(', ')}\n`,
  )
}

const dir = await mkdtemp(join(tmpdir(), 'afterlog-bench-'))
const removeMigrated = await setup()
try {
  await using server = await startServer({ dir })
  await measure('one server', { AFTERLOG_CLICKHOUSE_URL: server.url }, [server.pid])
} finally {
  await rm(dir, { recursive: true, force: true })
}
await using cluster = await startCluster()
const env = { AFTERLOG_CLICKHOUSE_URL: cluster.url, AFTERLOG_CLICKHOUSE_CLUSTER: clusterName }
await measure('two shards', env, cluster.pids())
await removeMigrated?.()

// What outlives lines costs: `node bench/retention.ts [pods]`. Makes dead pods of two lives each, with Events, obituaries and counts of
// lines, and prints the bytes on disk of each table once merged. What differs from pod to pod in a cluster differs here: ids, addresses, times.
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '#shared/clickhouse/open-store.ts'
import { raw } from '#shared/clickhouse/sql.ts'
import { runMigrations } from '#shared/migrations/run-migrations.ts'
import { decodeLifecycle } from '#ingest/formats/kubernetes.ts'
import { columns } from '#ingest/store/columns.ts'
import { createKeeper } from '#query/keep/keeper.ts'
import { createObituaries } from '#query/keep/obituaries.ts'
import { createPodReader } from '#query/read/pods.ts'
import { createReading } from '#query/read/reading.ts'

const pods = Number(process.argv[2] ?? 100_000)
const composed = Number(process.argv[3] ?? 400)
const atOnce = 1000
const start = Date.UTC(2026, 10, 1)

const dir = await mkdtemp(join(tmpdir(), 'afterlog-bench-retention-'))
const store = await openStore({ mode: 'embedded', dataDir: dir, database: 'afterlog' })
try {
  await runMigrations({ store })
  for (let from = 0; from < pods; from += atOnce) await tell(from)
  await store.command({ sql: raw(countsOf(pods)) })
  await merge()
  await measureKeeper()
  await store.command({ sql: raw(obituariesOf(pods)) })
  await report()
} finally {
  await store[Symbol.asyncDispose]()
  await rm(dir, { recursive: true, force: true })
}

async function tell(from: number): Promise<void> {
  const objects = Array.from({ length: atOnce }, (_, i) => from + i).flatMap((n) => [
    podOf(n),
    eventOf(n, 'BackOff'),
    eventOf(n, 'Killing'),
  ])
  const { tables } = decodeLifecycle(Buffer.from(JSON.stringify(objects)), 'json', {
    tenant: 'default',
    cluster: 'prod-eu',
    node: '',
    agent: '',
    receivedMs: start,
    source: 'bench',
  })
  for (const { table, rows } of tables) await store.insert({ table, columns: columns[table], rows, format: 'JSONCompactEachRow' })
}

function hex(n: number, what: string): string {
  return createHash('sha256').update(`${what}${n}`).digest('hex')
}
function uidOf(n: number): string {
  return hex(n, 'uid').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')
}
function at(n: number, seconds: number): string {
  return new Date(start + n * 25_000 + seconds * 1000).toISOString().replace('.000', '')
}

function podOf(n: number): object {
  const app = `app-${n % 300}`
  const last = Number.parseInt(hex(n, 'end').slice(0, 4), 16)
  const terminated = (restart: number) => ({
    exitCode: 1 + (n % 3),
    reason: 'Error',
    startedAt: at(n, 10 + restart * 600),
    finishedAt: at(n, 400 + restart * 600 + (last % 200)),
    containerID: `containerd://${hex(n, `c${restart}`)}`,
  })
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${app}-${hex(n % 900, 'rs').slice(0, 10)}-${hex(n, 'p').slice(0, 5)}`,
      namespace: `ns-${n % 40}`,
      uid: uidOf(n),
      resourceVersion: String(1e6 + n),
      creationTimestamp: at(n, 0),
      labels: { app, 'pod-template-hash': hex(n % 900, 'rs').slice(0, 10) },
      ownerReferences: [
        { kind: 'ReplicaSet', name: `${app}-${hex(n % 900, 'rs').slice(0, 10)}`, uid: hex(n % 900, 'o'), controller: true },
      ],
    },
    spec: {
      nodeName: `node-${n % 200}`,
      containers: [
        {
          name: 'app',
          image: `registry/${app}:1.${n % 50}`,
          resources: { limits: { memory: '512Mi' } },
          env: [{ name: 'A', value: 'b' }],
        },
      ],
      tolerations: [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }],
    },
    status: {
      phase: 'Failed',
      podIP: `10.${n % 250}.${(n >> 8) % 250}.${(n >> 16) % 250}`,
      startTime: at(n, 1),
      conditions: [{ type: 'Ready', status: 'False', reason: 'PodFailed', lastTransitionTime: at(n, 1700) }],
      containerStatuses: [
        {
          name: 'app',
          restartCount: 2,
          containerID: `containerd://${hex(n, 'c2')}`,
          image: `registry/${app}:1.${n % 50}`,
          imageID: `registry/${app}@sha256:${hex(n % 900, 'img')}`,
          state: { terminated: terminated(2) },
          lastState: { terminated: terminated(1) },
        },
      ],
    },
  }
}

function eventOf(n: number, reason: string): object {
  const { name, namespace } = (podOf(n) as { metadata: { name: string; namespace: string } }).metadata
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {
      name: `${name}.${hex(n, reason).slice(0, 16)}`,
      namespace,
      uid: hex(n, `e${reason}`).slice(0, 36),
      resourceVersion: String(2e6 + n),
    },
    involvedObject: { kind: 'Pod', namespace, name, uid: uidOf(n), fieldPath: 'spec.containers{app}' },
    reason,
    message: reason === 'BackOff' ? `Back-off restarting failed container app in pod ${name}` : 'Stopping container app',
    type: 'Warning',
    count: 1 + (n % 9),
    firstTimestamp: at(n, 900),
    lastTimestamp: at(n, 1700),
    source: { component: 'kubelet', host: `node-${n % 200}` },
  }
}

/** A day of each life. */
function countsOf(count: number): string {
  return `INSERT INTO kept_counts SELECT tenant, cluster, namespace, pod, pod_uid, container, restart, '' AS container_id,
    toDate(ifNull(started_at, toDateTime64(0, 9, 'UTC'))) AS day, 1 + cityHash64(pod_uid, restart) % 50000 AS lines
    FROM lives FINAL LIMIT ${count * 2}`
}

/** Documents are those that the keeper wrote, with ids and times of their own. */
function obituariesOf(count: number): string {
  return `INSERT INTO obituaries (tenant, cluster, namespace, pod, uid, outcome, died_at, bad, lines, document)
    SELECT tenant, cluster, namespace, concat(pod, 'x'), concat(substring(lower(hex(cityHash64(n, uid))), 1, 8), substring(lower(hex(sipHash128(n, uid))), 1, 28)) AS made, outcome, died_at, bad, lines + n % 1000,
      replaceRegexpAll(replaceAll(document, uid, made), '([0-9a-f]{2})([0-9a-f]{62})', concat('\\\\1', substring(concat(lower(hex(sipHash128(n, uid, 2))), lower(hex(sipHash128(n, uid, 3)))), 1, 62)))
    FROM (SELECT o.*, number AS n FROM (SELECT * FROM obituaries FINAL) AS o CROSS JOIN numbers(${Math.floor((count - composed) / composed)}) AS numbers)`
}

async function measureKeeper(): Promise<void> {
  await store.command({
    sql: raw(`DELETE FROM pod_changes WHERE uid NOT IN (SELECT uid FROM pods ORDER BY uid LIMIT ${composed})`),
  })
  await store.command({ sql: raw(`INSERT INTO keeper_progress (job, upto) SELECT 'obituaries', now64(3) - INTERVAL 1 HOUR`) })
  const reading = createReading({ store, limits: {} })
  const parts = { store, reading, reader: createPodReader({ reading }) }
  const keeper = createKeeper({ ...parts, obituaries: createObituaries(parts) })
  const began = performance.now()
  const cpu = process.cpuUsage()
  const written = await keeper.look()
  const seconds = (performance.now() - began) / 1000
  const { user, system } = process.cpuUsage(cpu)
  const idle = performance.now()
  await keeper.look()
  process.stdout.write(
    `keeper: ${written} obituaries in ${seconds.toFixed(1)} s, ${((user + system) / 1000 / written).toFixed(1)} ms of CPU each; a look with nothing to do ${(performance.now() - idle).toFixed(0)} ms\n`,
  )
}

async function merge(): Promise<void> {
  for (const table of ['pods', 'pod_deletions', 'pods_seen', 'pod_changes', 'lives', 'events', 'obituaries', 'kept_counts'])
    await store.command({ sql: raw(`OPTIMIZE TABLE ${table} FINAL`) })
}

async function report(): Promise<void> {
  await merge()
  const rows = await store.rows<{ table: string; rows: number; bytes: number }>({
    sql: raw(
      `SELECT table, toUInt32(sum(rows)) AS rows, toFloat64(sum(bytes_on_disk)) AS bytes FROM system.parts WHERE active AND database = currentDatabase() GROUP BY table ORDER BY bytes DESC`,
    ),
  })
  for (const { table, rows: count, bytes } of rows)
    process.stdout.write(
      `${table.padEnd(16)} ${String(count).padStart(9)} rows ${(bytes / 1e6).toFixed(1).padStart(8)} MB ${(bytes / pods).toFixed(0).padStart(6)} bytes per pod\n`,
    )
}

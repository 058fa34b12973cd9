// The query service's routes over a store of their own, with what it does in the background done when a test says so, at a time that it says.
import { Registry } from 'prom-client'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { createHttpServer } from '#shared/http/server.ts'
import { createLiveRetention, type LiveRetention } from '#shared/live-retention.ts'
import { createLogger } from '#shared/logger.ts'
import { parseLastWords, parseRetention } from '#shared/retention.ts'
import { decodeBatch } from '#ingest/formats/native.ts'
import { columns } from '#ingest/store/columns.ts'
import type { TableRows } from '#ingest/store/table-rows.ts'
import { createExpiry, type Expiry } from '#query/keep/expiry.ts'
import { createKeeper } from '#query/keep/keeper.ts'
import { createObituaries, settlesMs } from '#query/keep/obituaries.ts'
import type { Partition } from '#query/keep/partitions.ts'
import { createPodReader } from '#query/read/pods.ts'
import { createReading } from '#query/read/reading.ts'
import { logsRoute } from '#query/routes/logs.ts'
import { obituaryRoute } from '#query/routes/obituary.ts'
import { podLogsRoute } from '#query/routes/pod-logs.ts'
import { podRoute } from '#query/routes/pod.ts'
import { podsRoute } from '#query/routes/pods.ts'
import { retentionRoute } from '#query/routes/retention.ts'
import { decode, origin, type KubernetesObject } from './kubernetes.ts'
import { openTestStore } from './store.ts'

export interface KeepService extends AsyncDisposable {
  store: LogStore
  dir: string
  retention: LiveRetention
  expiry: Expiry
  /** ms since 1970, as every part of the service sees it. */
  clock: { now: number }
  /** Stores records as ingest does, under the rules in force at the clock, or at `receivedMs`; twice is once. */
  say(records: readonly object[], receivedMs?: number): Promise<void>
  tell(...objects: unknown[]): Promise<void>
  expire(): Promise<Partition[]>
  /** What the keeper does; another process's where `anew`. */
  look(anew?: 'anew'): Promise<number>
  request(
    method: 'GET' | 'PUT' | 'DELETE',
    path: string,
    body?: object | string,
  ): Promise<{ status: number; body: KubernetesObject }>
}

export interface KeepServiceOptions {
  rules?: string
  lastWords?: string
  /** Stands before the store of what goes on in the background. */
  through?: (store: LogStore) => LogStore
  /** Of the keeper; 0 trusts what it writes at once. */
  settleMs?: number
}

export async function openKeepService({
  rules = 'default=14d',
  lastWords = '',
  through = (store) => store,
  settleMs = settlesMs,
}: KeepServiceOptions = {}): Promise<KeepService> {
  const opened = await openTestStore()
  const { store } = opened
  const log = createLogger({ level: 'silent', service: 'query' })
  const clock = { now: Date.parse('2026-11-23T12:00:00Z') }
  const now = (): number => clock.now
  const environment = { rules: parseRetention(rules), lastWords: parseLastWords(lastWords) }
  const retention = await createLiveRetention({ store, environment, log, clock: now })
  const behind = through(store)
  const reading = createReading({ store: behind, limits: {} })
  const parts = { store: behind, reading, reader: createPodReader({ reading }), settleMs }
  const obituaries = createObituaries(parts)
  const expiry = createExpiry({ ...parts, obituaries, log })
  let keeper = createKeeper({ ...parts, obituaries })
  const options = { store, limits: { timeMs: 20_000 }, clock: now }
  const app = await createHttpServer({
    log,
    bodyBytesMax: 1e6,
    registry: new Registry(),
    readiness: async () => [],
    routes: [
      ...[logsRoute, podsRoute, podRoute, obituaryRoute, podLogsRoute].map((route) => route(options)),
      retentionRoute({ ...options, retention, expiry }),
    ],
  })

  async function write(tables: readonly TableRows[]): Promise<void> {
    for (const { table, rows } of tables)
      await store.insert({ table, columns: columns[table], rows, format: 'JSONCompactEachRow' })
  }

  return {
    store,
    dir: opened.dir,
    retention,
    expiry,
    clock,
    async say(records, receivedMs = clock.now) {
      const decoded = decodeBatch(Buffer.from(JSON.stringify({ records })), {
        origin: { ...origin, receivedMs, source: 'http:/v1/batches' },
        retention,
        seed: 1,
      })
      if (decoded.rejects.length > 0) throw new Error(decoded.rejects[0]!.detail)
      await write(decoded.tables)
      await write(decoded.tables)
    },
    async tell(...objects) {
      const { tables, rejects } = decode(objects)
      if (rejects.length > 0) throw new Error(rejects[0]!.detail)
      await write(tables)
    },
    expire: () => expiry.run(retention.versionAt(clock.now), clock.now),
    look: (anew) => {
      if (anew !== undefined) keeper = createKeeper({ ...parts, obituaries })
      return keeper.look()
    },
    async request(method, url, body) {
      const answer = await app.inject({
        method,
        url,
        ...(body === undefined ? {} : { payload: body, headers: { 'content-type': 'application/json' } }),
      })
      return { status: answer.statusCode, body: answer.json<KubernetesObject>() }
    },
    async [Symbol.asyncDispose]() {
      await app.close()
      await retention[Symbol.asyncDispose]()
      await opened[Symbol.asyncDispose]()
    },
  }
}

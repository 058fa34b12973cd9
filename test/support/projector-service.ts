// The query service's routes over a store of their own: the projector and the expiry work when a test says so, at a
// time that it says.
import { createPolling } from '#query/http/watch-polling.ts'
import { Registry } from 'prom-client'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { createHttpServer } from '#shared/http/server.ts'
import { createLiveRetention, type LiveRetention } from '#shared/retention/live-retention.ts'
import { createLogger, type Logger } from '#shared/logger.ts'
import { createProjectionClock } from '#shared/projection-clock.ts'
import { parseLastWords, parseRetention, type RetentionRules } from '#shared/retention/retention.ts'
import { decodeBatch } from '#ingest/formats/native-rows.ts'
import { columns } from '#ingest/store/columns.ts'
import type { TableRows } from '#ingest/store/table-rows.ts'
import { dayPodsOf } from '#projector/retention/day-pods.ts'
import { createExpiry, type Expired, type Expiry } from '#projector/retention/expiry.ts'
import type { BlockedDay } from '#shared/retention/blocked-day.ts'
import { createReading } from '#shared/store-reading/reading.ts'
import { deathsFacetsRoute } from '#query/deaths/deaths-facets-route.ts'
import { deathsHistogramRoute } from '#query/deaths/deaths-histogram-route.ts'
import { deathsRoute } from '#query/deaths/deaths-route.ts'
import { logsRoute } from '#query/logs/logs-route.ts'
import { nodeRoute } from '#query/nodes/node-route.ts'
import { nodesRoute } from '#query/nodes/nodes-route.ts'
import { obituaryRoute } from '#query/obituary/obituary-route.ts'
import { podLogsRoute } from '#query/logs/pod-logs-route.ts'
import { podRoute } from '#query/pods/pod-route.ts'
import { podsRoute } from '#query/pods/pods-route.ts'
import { retentionRoute } from '#query/retention/retention-route.ts'
import { decode, origin, type KubernetesObject } from './kubernetes.ts'
import { openRecordProjector } from './record-projector.ts'
import { openTestStore } from './store.ts'

export interface ProjectorService extends AsyncDisposable {
  store: LogStore
  dir: string
  retention: LiveRetention
  expiry: Expiry
  /** ms since 1970, as every part of the service sees it. */
  clock: { now: number }
  /** Stores records as ingest does, under the rules in force at the clock, or at `receivedMs`; twice is once. */
  say(records: readonly object[], receivedMs?: number, filedBy?: RetentionRules): Promise<void>
  tell(...objects: unknown[]): Promise<void>
  expire(): Promise<Expired[]>
  /** Brings records and obituaries up to what is stored; a projector that has just begun where `anew`. */
  project(anew?: 'anew'): Promise<void>
  request(
    method: 'GET' | 'PUT' | 'DELETE',
    path: string,
    body?: object | string,
    /** The address of the client: of another machine, unless told. */
    remoteAddress?: string,
  ): Promise<{ status: number; body: KubernetesObject }>
}

export interface ProjectorServiceOptions {
  rules?: string
  lastWords?: string
  /** Stands before the store of what goes on in the background. */
  through?: (store: LogStore) => LogStore
  /** Of a statement of what goes on in the background. */
  memoryBytes?: number
  log?: Logger
}

export async function openProjectorService({
  rules = 'default=14d',
  lastWords = '',
  through = (store) => store,
  memoryBytes,
  log = createLogger({ level: 'silent', service: 'query' }),
}: ProjectorServiceOptions = {}): Promise<ProjectorService> {
  const opened = await openTestStore()
  const { store } = opened
  const clock = { now: Date.parse('2026-11-23T12:00:00Z') }
  const now = (): number => clock.now
  const environment = { rules: parseRetention(rules), lastWords: parseLastWords(lastWords) }
  const retention = await createLiveRetention({ store, environment, log, clock: now })
  const behind = through(store)
  const reading = createReading({ store: behind, limits: memoryBytes === undefined ? {} : { memoryBytes } })
  const blockedDays = new Map<string, BlockedDay>()
  const expiry = createExpiry({
    store: behind,
    reading,
    log,
    pods: dayPodsOf(behind, reading),
  })
  const projection = createProjectionClock()
  let projector = await openRecordProjector(behind, projection)
  const options = { store, limits: { timeMs: 20_000 }, clock: now, projection, polling: createPolling(opened.store) }
  const app = await createHttpServer({
    log,
    bodyBytesMax: 1e6,
    registry: new Registry(),
    readiness: async () => [],
    routes: [
      ...[logsRoute, podsRoute, podRoute, obituaryRoute, podLogsRoute].map((route) => route(options)),
      ...[deathsRoute, deathsHistogramRoute, deathsFacetsRoute, nodesRoute, nodeRoute].map((route) => route(options)),
      retentionRoute({ ...options, retention, blockedDays, checkAdmin: () => undefined }),
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
    async say(records, receivedMs = clock.now, filedBy: RetentionRules = retention) {
      const decoded = decodeBatch(Buffer.from(JSON.stringify({ records })), {
        origin: { ...origin, receivedMs, source: 'http:/v1/batches' },
        retention: filedBy,
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
    async expire() {
      await retention.compare()
      const dropped = await expiry.run(retention.versionAt(clock.now), { nowMs: clock.now, trustedMs: clock.now })
      blockedDays.clear()
      for (const [day, reason] of expiry.blocked) blockedDays.set(day, reason)
      return dropped
    },
    async project(anew) {
      if (anew !== undefined) projector = await openRecordProjector(behind, projection)
      await projector.catchUp()
    },
    async request(method, url, body, remoteAddress = '192.0.2.7') {
      const answer = await app.inject({
        method,
        url,
        remoteAddress,
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

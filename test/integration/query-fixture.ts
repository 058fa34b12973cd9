// A query service over a store of its own, and lines to put into it. Rows go in as ingest writes them.
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { raw } from '#shared/clickhouse/sql.ts'
import type { QueryLimits } from '#shared/clickhouse/store.ts'
import type { AnswerLimits } from '#shared/http/watch-answers.ts'
import { createHttpServer, type HttpServer } from '#shared/http/server.ts'
import { contextRoute } from '#query/logs/context-route.ts'
import { deadLettersRoute } from '#query/dead-letters/dead-letters-route.ts'
import { fieldsRoute } from '#query/fields/fields-route.ts'
import { histogramRoute } from '#query/logs/histogram-route.ts'
import { createPolling } from '#query/http/watch-polling.ts'
import { lokiRoutes } from '#query/loki/loki-routes.ts'
import { logsRoute } from '#query/logs/logs-route.ts'
import { patternsRoute } from '#query/patterns/patterns-route.ts'
import { podLogsRoute } from '#query/logs/pod-logs-route.ts'
import { podsRoute } from '#query/pods/pods-route.ts'
import { createArrivalFeed } from '#query/tail/follow-arrivals.ts'
import { createLineBuffers, type LineBuffers } from '#query/tail/line-buffer.ts'
import { createSentMemory } from '#query/tail/sent-memory.ts'
import { tailRoute } from '#query/tail/tail-route.ts'
import { createProjectionClock } from '#shared/projection-clock.ts'
import { openRecordProjector } from '#test/support/record-projector.ts'
import { openTestStore, type TestStore } from '#test/support/store.ts'

export interface QueryFixture extends AsyncDisposable {
  app: HttpServer
  test: TestStore
  /** ms since 1970, as the service sees it. */
  clock: { now: number }
  /** One insert, one part: what was sent twice stays two rows until merged. */
  insert(lines: readonly TestLine[]): Promise<void>
  rows(table: string, rows: readonly Record<string, unknown>[]): Promise<void>
  /** Brings records up to what is stored. */
  project(): Promise<void>
  /** Forgets all lines: queries over hundreds of parts are slow. */
  clear(): Promise<void>
  stop(): void
}

export interface TestLine {
  ts: bigint
  message?: string
  [column: string]: unknown
}

/** 2026-11-23T10:00:00Z */
export const t0 = 1_795_428_000_000_000_000n

export async function openQueryFixture({
  limits = {},
  answers = {},
  buffers = createLineBuffers(),
}: { limits?: QueryLimits; answers?: AnswerLimits; buffers?: LineBuffers } = {}): Promise<QueryFixture> {
  const test = await openTestStore()
  await test.store.command({ sql: raw('SYSTEM STOP MERGES logs') })
  const clock = { now: Number(t0 / 1_000_000n) + 3_600_000 }
  const stopping = new AbortController()
  const projection = createProjectionClock()
  const projector = await openRecordProjector(test.store, projection)
  const options = { store: test.store, limits, clock: () => clock.now, projection, polling: createPolling(test.store) }
  const sentMemory = createSentMemory({ clock: () => performance.now() })
  const feed = createArrivalFeed({ store: test.store, limits, clock: options.clock, intervalMs: 50, buffers })
  const app = await createHttpServer({
    log: pino({ level: 'silent' }),
    bodyBytesMax: 1_000_000,
    registry: new Registry(),
    answers,
    readiness: async () => [],
    routes: [
      logsRoute(options),
      histogramRoute(options),
      patternsRoute(options),
      contextRoute(options),
      fieldsRoute(options),
      podLogsRoute(options),
      podsRoute(options),
      deadLettersRoute(options),
      tailRoute({ ...options, sentMemory, feed, stopping: stopping.signal, pollIntervalMs: 50, heartbeatMs: 100 }),
      lokiRoutes({ ...options, sentMemory, feed, stopping: stopping.signal, pollIntervalMs: 50 }),
    ],
  })
  const rows: QueryFixture['rows'] = async (table, list) => {
    const columns = [...new Set(list.flatMap((row) => Object.keys(row)))]
    const lines = list.map((row) => JSON.stringify(columns.map((column) => row[column] ?? null)))
    await test.store.insert({ table, columns, rows: Buffer.from(`${lines.join('\n')}\n`), format: 'JSONCompactEachRow' })
  }
  return {
    app,
    test,
    clock,
    rows,
    project: () => projector.catchUp(),
    insert: (lines) =>
      rows(
        'logs',
        lines.map((line) => ({ ...standard, received: clock.now, ...line, ts: rfc3339(line.ts) })),
      ),
    clear: () => test.store.command({ sql: raw('TRUNCATE TABLE logs') }),
    stop: () => stopping.abort(),
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await app.close()
      await test[Symbol.asyncDispose]()
    },
  }
}

const standard = {
  tenant: 'default',
  cluster: 'c',
  namespace: 'shop',
  pod: 'cart',
  pod_uid: 'uid-cart',
  container: 'app',
  restart: 0,
  container_id: '',
  node: 'n1',
  unit: '',
  stream: 'stdout',
  partial: 0,
  severity: 'info',
  message: 'hello',
  labels: {},
  attributes: {},
  offset: -1,
  length: -1,
  file: '',
  ordinal: 0,
  class: 'default',
}

export const rfc3339 = (ns: bigint): string => {
  const text = new Date(Number(ns / 1_000_000_000n) * 1000).toISOString().slice(0, 19).replace('T', ' ')
  return `${text}.${String(ns % 1_000_000_000n).padStart(9, '0')}`
}

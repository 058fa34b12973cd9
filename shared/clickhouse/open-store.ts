// Opens the LogStore: an engine in this process, or a server over HTTP, both under @clickhouse/client. A process that
// opens the embedded engine must set UV_THREADPOOL_SIZE to `threadPoolSize` or more before anything else runs in it.
import { ClickHouseLogLevel, createClient } from '@clickhouse/client'
import { AfterlogError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { createClientStore } from './client-store.ts'
import { requireAllHosts } from './cluster-hosts.ts'
import { onCluster } from './cluster-names.ts'
import { createEmbeddedConnection } from './embedded-connection.ts'
import { dataExposureOf } from './data-directory.ts'
import { openEngine } from './engine.ts'
import type { EngineMemory } from './engine-arguments.ts'
import { laneStore } from './laned-store.ts'
import { createSessionPool, type Lane, type LaneSizes } from './session-pool.ts'
import { raw, sql, str } from './sql.ts'
import { queryBytesMax } from './statement.ts'
import { createStatementLanes, type StatementLane } from './statement-lanes.ts'
import type { LogStore } from './store.ts'

export interface StatementQueueOptions {
  /** Statements of requests that run at once before they count as large ones. */
  concurrency?: number | undefined
  /** Those that wait at most. */
  queueMax?: number | undefined
  /** Called when a statement has got its place, with the seconds that it waited. */
  onPlaceWait?: ((lane: StatementLane, seconds: number) => void) | undefined
}

export interface EmbeddedOptions extends StatementQueueOptions {
  mode: 'embedded'
  /** The engine stores its files in `<dataDir>/clickhouse`, which is made if it is missing. */
  dataDir: string
  database: string
  /** How many statements of a kind run at once. */
  sessions?: Partial<LaneSizes>
  memory?: EngineMemory
  closeGraceMs?: number
  /** Called when a statement has got its session, with the seconds that it waited. */
  onSessionWait?: (lane: Lane, seconds: number) => void
  log?: Logger
}

export interface ServerOptions extends StatementQueueOptions {
  mode: 'server'
  url: string
  user: string
  password: string
  database: string
  /** An identifier, which is written into statements unescaped. */
  cluster?: string | undefined
  log?: Logger
}

/**
 * The value for UV_THREADPOOL_SIZE: enough for all sessions at once, and for files and host names. More would cost
 * memory: each thread that has run an insert has its buffers in a malloc arena of its own (340 MB more with 24 threads
 * than with 4, after 1.5 M lines). MALLOC_ARENA_MAX=2 and MALLOC_MMAP_THRESHOLD_=262144 in the environment save as
 * much again.
 */
export const threadPoolSize = 18

const defaultSessions: Omit<LaneSizes, 'read'> = { background: 3, probe: 1, insert: 2, command: 2 }

/**
 * Embedded mode rejects with `store-unavailable` and a sentence where the engine or the directory is not available.
 * Server mode opens nothing yet: the first statement makes the database, and while the server is away every statement
 * rejects with
 * `store-unavailable`.
 */
export async function openStore(options: EmbeddedOptions | ServerOptions): Promise<LogStore> {
  const names = [options.database, ...(options.mode === 'server' ? [options.cluster ?? options.database] : [])]
  for (const name of names)
    if (!/^[A-Za-z_]\w*$/.test(name))
      throw new AfterlogError(
        'internal',
        `a database or cluster must be an identifier (letters, digits, _), not ${JSON.stringify(name)}`,
      )
  const { mode, concurrency = 4, queueMax = 2048, onPlaceWait } = options
  const small = mode === 'embedded' ? Math.min(concurrency, embeddedConcurrencyMax) : concurrency
  const places = { read: small, large: Math.ceil(small / 2) }
  const store = await (options.mode === 'embedded' ? openEmbedded(options, places) : openServer(options))
  return laneStore(store, createStatementLanes({ places, waitingMax: queueMax, onWait: onPlaceWait }))
}

/** With half as many large ones and the sessions of other lanes, each statement has a thread (`threadPoolSize`). */
const embeddedConcurrencyMax = 6

async function openEmbedded(
  options: EmbeddedOptions,
  places: Readonly<Record<StatementLane, number>>,
): Promise<LogStore> {
  const { dataDir, database, sessions, memory, closeGraceMs, onSessionWait, log } = options
  const engine = await openEngine({ dataDir, ...(memory === undefined ? {} : { memory }) })
  const exposure = await dataExposureOf(dataDir)
  if (exposure !== undefined) log?.warn(exposure)
  await engine.run(`CREATE DATABASE IF NOT EXISTS ${database}`)
  const pool = createSessionPool({
    lanes: { ...defaultSessions, read: places.read + places.large, ...sessions },
    open: () => engine.openSession(database),
    // Statements of requests have waited for their places.
    onWait: (lane, seconds) => (lane === 'read' ? undefined : onSessionWait?.(lane, seconds)),
  })
  const connection = createEmbeddedConnection({ pool, engine, ...(closeGraceMs === undefined ? {} : { closeGraceMs }) })
  log?.debug({ dataDir, database }, 'embedded engine opened')
  return createClientStore({
    mode: 'embedded',
    client: createClient({ connection, log: { level: ClickHouseLogLevel.OFF } }),
  })
}

function openServer({ url, user, password, database, cluster, log }: ServerOptions): LogStore {
  const common = {
    url,
    username: user,
    password,
    application: 'afterlog',
    request_timeout: requestMsMax,
    max_open_connections: 64,
    keep_alive: { enabled: true, idle_socket_ttl: 2000 },
    log: { level: ClickHouseLogLevel.OFF },
  } as const
  const prepare = async (): Promise<void> => {
    await using plain = createClientStore({ mode: 'server', client: createClient(common) })
    const existing = await plain.rows({ sql: sql`SELECT name FROM system.databases WHERE name = ${str(database)}` })
    if (existing.length > 0) return
    // Reached only where the database is missing, since a statement ON CLUSTER needs every host.
    if (cluster !== undefined) await requireAllHosts(plain, cluster)
    await plain.command({ sql: raw(`CREATE DATABASE IF NOT EXISTS ${database}${onCluster({ cluster })}`) })
    log?.debug({ url, database }, 'database created')
  }
  const client = createClient({
    ...common,
    database,
    clickhouse_settings: { max_query_size: String(queryBytesMax), ...(cluster === undefined ? {} : clusterSettings) },
  })
  const cancel = async (queryId: string): Promise<void> => {
    // By its initial query, since parts of it run on every shard, and a load balancer may send the KILL to any of them.
    // If this fails, the statement ends at its own limits.
    await client.command({ query: `KILL QUERY WHERE initial_query_id = '${queryId}' ASYNC` }).catch(() => undefined)
  }
  return createClientStore({
    mode: 'server',
    cluster,
    client,
    prepare,
    cancel,
    // The server ends the query of a reader that leaves, for read-only queries. With 2 these may still set settings.
    readSettings: { readonly: 2, cancel_http_readonly_queries_on_client_close: 1 },
    inlinesLongParams: true,
    answerMsMax: requestMsMax,
  })
}

const clusterSettings = {
  // An insert is answered only once rows for other shards are there.
  distributed_foreground_insert: 1,
  // INSERT … SELECT sends its rows through the distributed table. Run on each shard instead, it would leave them there.
  parallel_distributed_insert_select: '0',
  // The set of a subquery over a distributed table is made once and sent to every shard. Statements of literal values
  // do not need it.
  distributed_product_mode: 'global',
  // s that a statement ON CLUSTER waits for hosts that stopped answering after the check.
  distributed_ddl_task_timeout: '60',
} as const

/** ms without a byte from the server after which a request counts as failed. */
const requestMsMax = 300_000

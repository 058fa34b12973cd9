// Opens the LogStore: an engine in this process, or a server over HTTP, under the same @clickhouse/client.
// The process that opens the embedded one sets UV_THREADPOOL_SIZE to `threadPoolSize` or more before anything else runs in it.
import { ClickHouseLogLevel, createClient } from '@clickhouse/client'
import { AfterlogError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { createClientStore } from './client-store.ts'
import { requireAllHosts } from './cluster-hosts.ts'
import { createEmbeddedConnection } from './embedded-connection.ts'
import { openEngine } from './engine.ts'
import type { EngineMemory } from './engine-arguments.ts'
import { createSessionPool, type Lane, type LaneSizes } from './session-pool.ts'
import { raw, sql, str } from './sql.ts'
import { queryBytesMax } from './statement.ts'
import type { LogStore } from './store.ts'

export interface EmbeddedOptions {
  mode: 'embedded'
  /** The engine keeps its files in `<dataDir>/clickhouse`; made if missing. */
  dataDir: string
  database: string
  /** How many statements of a kind run at once. */
  sessions?: Partial<LaneSizes>
  memory?: EngineMemory
  closeGraceMs?: number
  /** Called where a statement has got its session, with the seconds that it waited. */
  onSessionWait?: (lane: Lane, seconds: number) => void
  log?: Logger
}

export interface ServerOptions {
  mode: 'server'
  url: string
  user: string
  password: string
  database: string
  /** An identifier: it goes into statements as it is. */
  cluster?: string | undefined
  log?: Logger
}

/**
 * The value for UV_THREADPOOL_SIZE: every session may run, and files and names are still served. No more than that: each thread that
 * has run an insert keeps its buffers in a malloc arena of its own (with 24 threads 340 MB more than with 4, after 1.5 M lines).
 * MALLOC_ARENA_MAX=2 and MALLOC_MMAP_THRESHOLD_=1048576 in the environment of the process save as much again.
 */
export const threadPoolSize = 14

const defaultSessions: LaneSizes = { read: 6, insert: 2, command: 2 }

/**
 * Embedded: rejects with `store-unavailable` and a sentence where the engine or the directory cannot be had. Server: opens nothing
 * yet; while the server is away every statement rejects with `store-unavailable`, and the database is made with the first one.
 */
export async function openStore(options: EmbeddedOptions | ServerOptions): Promise<LogStore> {
  for (const name of [options.database, ...(options.mode === 'server' ? [options.cluster ?? options.database] : [])])
    if (!/^[A-Za-z_]\w*$/.test(name)) throw new AfterlogError('internal', `not the name of a database or cluster: ${name}`)
  return options.mode === 'embedded' ? openEmbedded(options) : openServer(options)
}

async function openEmbedded(options: EmbeddedOptions): Promise<LogStore> {
  const { dataDir, database, sessions, memory, closeGraceMs, onSessionWait, log } = options
  const engine = await openEngine({ dataDir, ...(memory === undefined ? {} : { memory }) })
  await engine.run(`CREATE DATABASE IF NOT EXISTS ${database}`)
  const pool = createSessionPool({
    lanes: { ...defaultSessions, ...sessions },
    open: () => engine.openSession(database),
    ...(onSessionWait === undefined ? {} : { onWait: onSessionWait }),
  })
  const connection = createEmbeddedConnection({ pool, engine, ...(closeGraceMs === undefined ? {} : { closeGraceMs }) })
  log?.debug({ dataDir, database }, 'embedded engine opened')
  return createClientStore({ mode: 'embedded', client: createClient({ connection, log: { level: ClickHouseLogLevel.OFF } }) })
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
    const there = await plain.rows({ sql: sql`SELECT name FROM system.databases WHERE name = ${str(database)}` })
    if (there.length > 0) return
    // Only where it is missing: a statement ON CLUSTER needs every host.
    if (cluster !== undefined) await requireAllHosts(plain, cluster)
    const onCluster = cluster === undefined ? '' : ` ON CLUSTER ${cluster}`
    await plain.command({ sql: raw(`CREATE DATABASE IF NOT EXISTS ${database}${onCluster}`) })
    log?.debug({ url, database }, 'database is there')
  }
  const client = createClient({
    ...common,
    database,
    clickhouse_settings: { max_query_size: String(queryBytesMax), ...(cluster === undefined ? {} : clusterSettings) },
  })
  const cancel = async (queryId: string): Promise<void> => {
    // By the initial query: a piece of it runs on every shard, whichever a balancer asks. A failure leaves the statement
    // to its own limits.
    await client.command({ query: `KILL QUERY WHERE initial_query_id = '${queryId}' ASYNC` }).catch(() => undefined)
  }
  return createClientStore({
    mode: 'server',
    cluster,
    client,
    prepare,
    cancel,
    // A reader that goes away ends its query, which the server does for read-only ones; with 2 they may still bring settings.
    readSettings: { readonly: 2, cancel_http_readonly_queries_on_client_close: 1 },
    inlinesLongParams: true,
    answerMsMax: requestMsMax,
  })
}

const clusterSettings = {
  // Rows for another shard are there when an insert is answered.
  distributed_foreground_insert: 1,
  // INSERT … SELECT passes its rows through the distributed table: pushed down to the shards, it would leave them there.
  parallel_distributed_insert_select: '0',
  // Sets of a subquery over a distributed table are made once and sent to every shard. Readers of literal values do not
  // need it.
  distributed_product_mode: 'global',
  // s that a statement ON CLUSTER waits for hosts that have stopped answering since they were asked.
  distributed_ddl_task_timeout: '60',
} as const

/** ms without a byte from the server after which a request counts as failed. */
const requestMsMax = 300_000

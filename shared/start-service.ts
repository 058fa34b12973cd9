// Starts a process of Afterlog: the store, its migrations, the services, one HTTP server, in this order. Stops in
// reverse.
import type { AddressInfo } from 'node:net'
import { Registry } from 'prom-client'
import { observeStore } from '#shared/clickhouse/observed-store.ts'
import { openStore } from '#shared/clickhouse/open-store.ts'
import { storeOptions } from '#shared/clickhouse/store-options.ts'
import { raw, statement } from '#shared/clickhouse/sql.ts'
import type { BlockedDay } from '#shared/retention/blocked-day.ts'
import { createPriorityGate } from '#shared/clickhouse/priority-gate.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import type { Config } from '#shared/config.ts'
import type { AfterlogError } from '#shared/errors.ts'
import { checkHostOf } from '#shared/http/allowed-hosts.ts'
import { closeServer } from '#shared/http/close-server.ts'
import { exposureOf } from '#shared/http/exposure.ts'
import { createHttpServer, type HttpServer, type Readiness, type RoutePlugin } from '#shared/http/server.ts'
import { listenError } from '#shared/listen-address.ts'
import { createLiveRetention, type LiveRetention } from '#shared/retention/live-retention.ts'
import type { Logger } from '#shared/logger.ts'
import { migrateAtStart } from '#shared/migrations/migrate-at-start.ts'
import { createProcessMetrics, type ProcessMetrics } from '#shared/process-metrics.ts'
import { createStoreMetrics } from '#shared/store-metrics.ts'
import { settingAside } from '#shared/set-aside.ts'
import { watchBrokenParts, type BrokenParts } from '#shared/broken-parts.ts'
import { createProjectionClock, type ProjectionClock } from '#shared/projection-clock.ts'

export interface ServiceDeps {
  config: Config
  store: LogStore
  /** The same store, for background work. */
  background: LogStore
  /** Counts the statements of a service: `observeStore(store, statements('query'))`. */
  statements: ProcessMetrics['statements']
  log: Logger
  registry: Registry
  retention: LiveRetention
  /** Parts of the store whose rows are in no answer. */
  lostParts: BrokenParts['lost']
  /** Wraps each drop of a partition. */
  whileDropping: BrokenParts['whileDropping']
  /** How far records are. */
  projection: ProjectionClock
  /** By partition id, why expired days are still stored. The projector fills it. */
  blockedDays: Map<string, BlockedDay>
  /** ms since 1970. */
  clock: () => number
}

export interface Service {
  routes: RoutePlugin[]
  /** Returns why the service cannot serve now, besides the store being away. */
  readiness?: Readiness
  /** Returns what it does not do although it serves; GET /readyz lists it. */
  troubles?(): readonly string[]
  /** Called before the HTTP server closes, to end answers that would never end by themselves. */
  drain?(): void
  close(): Promise<void>
}

export type CreateService = (deps: ServiceDeps) => Service | Promise<Service>

export interface Started {
  /** The address at which it listens, such as http://127.0.0.1:8080. */
  url: string
  store: LogStore
  /** Accepts no more requests, finishes accepted ones, and closes the store. */
  close(): Promise<void>
}

export interface StartOptions {
  config: Config
  log: Logger
  services: readonly CreateService[]
}

/** Rejects with one sentence where the engine, the data directory or the port is not available. */
export async function startService({ config, log, services: creators }: StartOptions): Promise<Started> {
  await using started = new AsyncDisposableStack()
  const registry = new Registry()
  const { statements, sessionWaited } = createProcessMetrics(registry)
  const opened = started.use(
    await openStore(storeOptions(config, log, { onSessionWait: sessionWaited, onPlaceWait: sessionWaited })),
  )
  const onSetAside = async (): Promise<void> => broken?.look()
  const { store, troubles: unreadable } = settingAside({ store: opened, log, onSetAside, clock: Date.now })
  let broken: BrokenParts | undefined
  const own = observeStore(store, statements('process'))
  createStoreMetrics({ registry, store: own, cluster: config.AFTERLOG_CLICKHOUSE_CLUSTER })
  const tables = started.use(await migrateAtStart({ store, fsync: config.AFTERLOG_FSYNC, log }))
  broken = started.use(
    await watchBrokenParts({
      store: own,
      cluster: config.AFTERLOG_CLICKHOUSE_CLUSTER,
      dataDir: store.mode === 'embedded' ? config.AFTERLOG_DATA_DIR : undefined,
      registry,
      log,
    }),
  )
  const environment = { rules: config.AFTERLOG_RETENTION, lastWords: config.AFTERLOG_LAST_WORDS }
  const { lost: lostParts, troubles: lostTroubles, markRestored: onRestored, whileDropping } = broken
  const retention = started.use(
    await createLiveRetention({ store: own, environment, log, clock: Date.now, lostParts, onRestored }),
  )
  const obstacleOf = (): AfterlogError | undefined => tables.obstacle() ?? retention.obstacle()
  const { foreground, background } = createPriorityGate(store)
  const projection = createProjectionClock()
  const blockedDays = new Map<string, BlockedDay>()
  const deps = { config, store: foreground, background, statements, log, registry, retention, projection, blockedDays }
  const services: Service[] = []
  for (const create of creators) {
    const service = await create({ ...deps, lostParts, whileDropping, clock: Date.now })
    started.defer(() => service.close())
    services.push(service)
  }
  const readiness: Readiness = async () => {
    const obstacle = obstacleOf()
    if (obstacle !== undefined) return [obstacle.message]
    const reasons = await Promise.all([storeReadiness(own), ...services.map((service) => service.readiness?.() ?? [])])
    return reasons.flat()
  }
  const routes = services.flatMap((service) => service.routes)
  const app = await createHttpServer({
    log,
    bodyBytesMax: config.AFTERLOG_BODY_BYTES_MAX,
    registry,
    checkHost: checkHostOf(config.AFTERLOG_HTTP_HOST, config.AFTERLOG_ALLOWED_HOSTS),
    readiness,
    troubles: () => [...lostTroubles(), ...unreadable(), ...services.flatMap((service) => service.troubles?.() ?? [])],
    obstacle: obstacleOf,
    origins: config.AFTERLOG_CORS_ORIGINS,
    routes,
    answers: { bytesMax: config.AFTERLOG_ANSWER_BYTES_MAX },
  })
  started.defer(async () => {
    for (const service of services) service.drain?.()
    await closeServer(app, connectionsMsMax)
  })
  await listen(app, config)
  const exposure = exposureOf(config.AFTERLOG_HTTP_HOST, config.AFTERLOG_ADMIN_TOKEN)
  if (exposure !== undefined) log.warn(exposure)
  const { port } = app.server.address() as AddressInfo
  const running = started.move()
  const host = config.AFTERLOG_HTTP_HOST.includes(':') ? `[${config.AFTERLOG_HTTP_HOST}]` : config.AFTERLOG_HTTP_HOST
  return { url: `http://${host}:${port}`, store, close: () => running.disposeAsync() }
}

async function listen(app: HttpServer, { AFTERLOG_HTTP_HOST: host, AFTERLOG_HTTP_PORT: port }: Config): Promise<void> {
  try {
    await app.listen({ host, port })
  } catch (error) {
    const isHost = ['EADDRNOTAVAIL', 'ENOTFOUND'].includes((error as NodeJS.ErrnoException).code ?? '')
    throw listenError(error, { host, port }, isHost ? 'AFTERLOG_HTTP_HOST' : 'AFTERLOG_HTTP_PORT')
  }
}

/** ms that a stop waits for requests under way. */
const connectionsMsMax = 10_000

/** ms within which the store must answer to be ready. */
const answerMsMax = 5000

async function storeReadiness(store: LogStore): Promise<string[]> {
  try {
    const sql = statement('ping', raw('SELECT 1 AS one'))
    await store.rows({ sql, lane: 'probe', signal: AbortSignal.timeout(answerMsMax) })
    return []
  } catch (error) {
    const { message, cause } = error as Error
    return [cause instanceof Error ? `${message}: ${cause.message}` : message]
  }
}

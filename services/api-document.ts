// The OpenAPI document of all services in one process, made without a store: no handler runs. It is what /openapi.json
// of `npm start` answers.
import { Registry } from 'prom-client'
import { readConfig } from '#shared/config.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { AfterlogError } from '#shared/errors.ts'
import { createHttpServer } from '#shared/http/server.ts'
import { createLogger } from '#shared/logger.ts'
import { createProcessMetrics } from '#shared/process-metrics.ts'
import { createProjectionClock } from '#shared/projection-clock.ts'
import { createLiveRetention } from '#shared/retention/live-retention.ts'
import type { ServiceDeps } from '#shared/start-service.ts'
import { createIngest } from './ingest/service.ts'
import { createQuery } from './query/service.ts'

export async function apiDocument(): Promise<object> {
  await using opened = new AsyncDisposableStack()
  const { config } = readConfig({})
  const log = createLogger({ level: 'silent', service: 'openapi' })
  const registry = new Registry()
  const environment = { rules: config.AFTERLOG_RETENTION, lastWords: config.AFTERLOG_LAST_WORDS }
  const retention = opened.use(await createLiveRetention({ store: noStore, environment, log, clock: Date.now }))
  const deps: ServiceDeps = {
    config,
    store: noStore,
    background: noStore,
    statements: createProcessMetrics(registry).statements,
    log,
    registry,
    retention,
    lostParts: () => [],
    whileDropping: (_partition, drop) => drop(),
    projection: createProjectionClock(),
    blockedDays: new Map(),
    clock: Date.now,
  }
  const services = [await createIngest(deps), await createQuery(deps)]
  for (const service of services) opened.defer(() => service.close())
  const app = await createHttpServer({
    log,
    bodyBytesMax: config.AFTERLOG_BODY_BYTES_MAX,
    registry,
    readiness: async () => [],
    routes: services.flatMap((service) => service.routes),
  })
  opened.defer(() => app.close())
  await app.ready()
  return app.swagger()
}

const refuse = async (): Promise<never> => {
  throw new AfterlogError('store-unavailable', 'there is no store here')
}
const noStore: LogStore = {
  mode: 'embedded',
  bytes: refuse,
  rows: refuse,
  insert: refuse,
  command: refuse,
  [Symbol.asyncDispose]: async () => {},
}

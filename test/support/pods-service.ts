// The pod routes over a store of their own: `tell` is what Kubernetes said, `say` what containers said, `get` and
// `list` the answers.
import { createPolling } from '#query/http/watch-polling.ts'
import type { FastifyInstance } from 'fastify'
import { Registry } from 'prom-client'
import { columns } from '#ingest/store/columns.ts'
import type { TableRows } from '#ingest/store/table-rows.ts'
import { podRoute } from '#query/pods/pod-route.ts'
import { podsRoute } from '#query/pods/pods-route.ts'
import { podsAnswer } from '#query/pods/pods-schema.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { createHttpServer } from '#shared/http/server.ts'
import { createLogger } from '#shared/logger.ts'
import { createProjectionClock } from '#shared/projection-clock.ts'
import { decode, origin, type KubernetesObject } from './kubernetes.ts'
import { openRecordProjector } from './record-projector.ts'
import { openTestStore } from './store.ts'

export interface LineOptions {
  pod: string
  podUid?: string
  namespace?: string
  cluster?: string
  container?: string
  restart?: number
  containerId?: string
  clock?: string
  node?: string
}

export interface Answer {
  status: number
  contentType: unknown
  body: KubernetesObject
}

export interface PodsService extends AsyncDisposable {
  store: LogStore
  tell(tenant: string, ...objects: unknown[]): Promise<void>
  /** `count` lines of one life, a second apart. */
  say(tenant: string, count: number, line: LineOptions): Promise<void>
  /** One line of each, in one insert. */
  sayEach(tenant: string, lines: readonly LineOptions[]): Promise<void>
  get(tenant: string, path: string): Promise<Answer>
  /** Brings records up to what is stored. */
  project(): Promise<void>
  /** The pods of one page, once records are up to date; the answer must have the shape that OpenAPI tells. */
  list(tenant: string, query?: string): Promise<KubernetesObject[]>
}

/** The uid of the fixtures' pod number `n`. */
export const uid = (n: number): string => `5b0c${String(n).padStart(4, '0')}-7d1e-4f2a-9b3c-${String(n).padStart(12, '0')}`
export const namesOf = (pods: readonly KubernetesObject[]): string[] => pods.map(({ name }) => name as string)

/** `clock`: ms since 1970, as the service sees it. */
export async function openPodsService(clock = (): number => Date.UTC(2026, 10, 23, 12)): Promise<PodsService> {
  const opened = await openTestStore()
  const log = createLogger({ level: 'silent', service: 'query' })
  const projection = createProjectionClock()
  const projector = await openRecordProjector(opened.store, projection)
  const options = { store: opened.store, limits: { timeMs: 20_000 }, clock, projection, polling: createPolling(opened.store) }
  const routes = [podsRoute(options), podRoute(options)]
  const app = (await createHttpServer({
    log,
    bodyBytesMax: 1e6,
    registry: new Registry(),
    readiness: async () => [],
    routes,
  })) as unknown as FastifyInstance

  async function write({ table, rows }: Pick<TableRows, 'table' | 'rows'>): Promise<void> {
    await opened.store.insert({ table, columns: columns[table], rows, format: 'JSONCompactEachRow' })
  }

  async function get(tenant: string, path: string): Promise<Answer> {
    const answer = await app.inject({ url: path, headers: { 'x-scope-orgid': tenant } })
    return { status: answer.statusCode, contentType: answer.headers['content-type'], body: answer.json<KubernetesObject>() }
  }

  return {
    store: opened.store,
    get,
    project: () => projector.catchUp(),
    async tell(tenant, ...objects) {
      const { tables, rejects } = decode(objects, { ...origin, tenant })
      if (rejects.length > 0) throw new Error(rejects[0]!.detail)
      for (const rows of tables) await write(rows)
    },
    async say(tenant, count, line) {
      await write({ table: 'logs', rows: linesOf(tenant, count, line) })
    },
    async sayEach(tenant, lines) {
      await write({ table: 'logs', rows: Buffer.concat(lines.map((line) => linesOf(tenant, 1, line))) })
    },
    async list(tenant, query = '') {
      await projector.catchUp()
      const { status, body } = await get(tenant, `/v1/pods?${query}`)
      if (status !== 200) throw new Error(JSON.stringify(body))
      return podsAnswer.parse(body).pods
    },
    async [Symbol.asyncDispose]() {
      await app.close()
      await opened[Symbol.asyncDispose]()
    },
  }
}

function linesOf(tenant: string, count: number, line: LineOptions): Buffer {
  const {
    pod,
    podUid = '',
    namespace = 'shop',
    cluster = 'prod-eu',
    container = 'app',
    restart = -1,
    containerId = '',
    clock = '10:00:00',
    node = 'node-7',
  } = line
  const start = Date.parse(`2026-11-23T${clock}Z`)
  const given = {
    tenant,
    cluster,
    namespace,
    pod,
    pod_uid: podUid,
    container,
    restart,
    container_id: containerId,
    node,
    stream: 'stdout',
    labels: {},
    attributes: {},
    class: 'default',
    length: -1,
  }
  const rows = Array.from({ length: count }, (_, i) => {
    const ts = `${new Date(start + i * 1000).toISOString().slice(0, 19).replace('T', ' ')}.000000001`
    const row: Record<string, unknown> = {
      ...given,
      ts,
      message: `line ${i}`,
      offset: i * 10,
      received: '2026-11-23 12:00:00.000',
    }
    return `${JSON.stringify(columns.logs.map((column) => row[column] ?? (['partial', 'eof', 'ordinal'].includes(column) ? 0 : '')))}\n`
  })
  return Buffer.from(rows.join(''))
}

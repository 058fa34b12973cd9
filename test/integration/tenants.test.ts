// Every route, asked as another tenant, finds nothing of the first one's. The routes are those that the service
// registers: a new one has to be named here with what it is asked, or this fails. On the way every statement is seen to
// be within the limits of its request.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compile } from '#shared/clickhouse/sql.ts'
import type { LogStore, Query } from '#shared/clickhouse/store.ts'
import { tenantTables } from '#shared/clickhouse/tenant-scope.ts'
import type { CreateService } from '#shared/start-service.ts'
import { createIngest } from '#ingest/service.ts'
import { createProjector } from '#projector/service.ts'
import { createQuery } from '#query/service.ts'
import { listsHave, startTestService, type TestService } from '#test/support/service.ts'
import { alpha, alphaObjects, alphaRecords } from '#test/support/told-cluster.ts'

const { namespace, node, pod, uid, owners, time } = alpha
const readable = new Set<string>()
const statements: Query[] = []
let service: TestService

/** The query service, its routes and its statements written down. */
const watched: CreateService = async (deps) => {
  const note = <Q extends Query>(query: Q): Q => (statements.push(query), query)
  const store: LogStore = {
    ...deps.store,
    rows: (query) => deps.store.rows(note(query)),
    bytes: (query, format) => deps.store.bytes(note(query), format),
  }
  const query = await createQuery({ ...deps, store })
  return {
    ...query,
    routes: [
      (app, _, done) => {
        app.addHook('onRoute', ({ method, url }) => {
          if ([method].flat().includes('GET')) readable.add(url)
        })
        for (const route of query.routes) void app.register(route)
        done()
      },
    ],
  }
}

const send = (tenant: string, path: string, body: unknown): Promise<Response> =>
  fetch(`${service.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-scope-orgid': tenant },
    body: JSON.stringify(body),
  })

beforeAll(async () => {
  service = await startTestService({ AFTERLOG_RETENTION: 'default=3650d' }, [createIngest, createProjector, watched])
  expect((await send('alpha', '/v1/lifecycle', alphaObjects)).status).toBe(200)
  expect(await (await send('alpha', '/v1/batches', { records: alphaRecords })).json()).toMatchObject({ accepted: 4, rejected: 1 })
  // The other tenant is no stranger to the store.
  const records = [
    { namespace: 'bravo-ns', pod: 'bravo-pod', podUid: 'bravo-uid', container: 'app', time, message: 'bravo-line' },
  ]
  expect((await send('bravo', '/v1/batches', { records })).status).toBe(200)
  await listsHave(service.url)
})
afterAll(() => service[Symbol.asyncDispose]())

/** The other tenant has one line, which is counted where nothing is selected. */
const isMoreThanOneLine = (text: string): boolean => /alpha|"(?:count|total)":(?:[2-9]|\d\d)/.test(text)

/** Routes that tell nothing of any tenant. */
const ofNobody = [
  // The page, which asks the API.
  '/',
  '/deaths',
  '/logs',
  '/pods/:uid',
  '/assets/*',
  '/v1/retention',
  '/k8s/kubeconfig',
  '/k8s/version',
  '/k8s/api',
  '/k8s/apis',
  '/k8s/api/v1',
  '/k8s/apis/apps',
  '/k8s/apis/apps/v1',
  '/k8s/apis/batch',
  '/k8s/apis/batch/v1',
  '/k8s',
  '/k8s/openapi/v2',
  '/k8s/apis/authorization.k8s.io',
  '/k8s/apis/authorization.k8s.io/v1',
  '/k8s/api/v1/services',
  '/k8s/api/v1/namespaces/:namespace/services',
  '/k8s/api/v1/namespaces/:namespace/services/:name',
  '/k8s/healthz',
  '/k8s/livez',
  '/k8s/readyz',
  '/loki/api/v1/format_query',
  '/loki/api/v1/status/buildinfo',
  '/loki/api/v1/drilldown-limits',
  // A websocket: loki-tail.test.ts asks it as another tenant.
  '/loki/api/v1/tail',
]

/** What each route is asked; the first tenant finds something by every one of these. */
const podFilters = [
  `namespace=${namespace}`,
  `name=${pod}`,
  `node=${node}`,
  'outcome=oomkilled',
  `owner=Deployment/${owners.deployments}`,
  'label=app=alpha-label',
  `image=${alpha.image}`,
  `ip=${alpha.ip}`,
  `containerId=${alpha.containerId}`,
  `uid=${uid}`,
]
const lineFilters = [
  'q=alpha-needle',
  `namespace=${namespace}`,
  `pod=${pod}`,
  `podUid=${uid}`,
  `node=${node}`,
  `owner=Deployment/${owners.deployments}`,
  'label=app=alpha-label',
  `image=${alpha.image}`,
  'q=label.app:alpha-label',
]
/** Up to the bookmark behind what is there. */
const watch = 'watch=1&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan'
const hour = 'start=2026-11-23T10:00:00Z&end=2026-11-23T11:00:00Z'
const selector = `query=${encodeURIComponent(`{namespace="${namespace}"}`)}`
const counted = encodeURIComponent(`sum by (namespace) (count_over_time({namespace=~".+"}[1h]))`)
const asked: Readonly<Record<string, readonly string[]>> = {
  '/loki/api/v1/query_range': [`${hour}&${selector}`, `${hour}&query=${counted}&step=600`],
  '/loki/api/v1/query': [`time=2026-11-23T11:00:00Z&query=${counted}`],
  '/loki/api/v1/labels': [`${hour}&${selector}`],
  '/loki/api/v1/label': [`${hour}&${selector}`],
  '/loki/api/v1/label/:name/values': [`${hour}&${selector}`],
  '/loki/api/v1/series': [`${hour}&match[]=${selector.slice('query='.length)}`],
  '/loki/api/v1/index/stats': [`${hour}&${selector}`],
  '/loki/api/v1/index/volume': [`${hour}&${selector}`],
  '/loki/api/v1/index/volume_range': [`${hour}&${selector}`],
  '/loki/api/v1/detected_labels': [`${hour}&${selector}`],
  '/loki/api/v1/patterns': [`${hour}&${selector}`],
  '/loki/api/v1/detected_fields': [`${hour}&${selector}`],
  '/loki/api/v1/detected_field/:name/values': [`${hour}&${selector}`],
  '/v1/logs': ['', ...lineFilters],
  '/v1/logs/tail': [`from=2026-11-23T00:00:00Z`, `from=2026-11-23T00:00:00Z&owner=Deployment/${owners.deployments}`],
  '/v1/logs/histogram': ['', ...lineFilters],
  '/v1/logs/patterns': ['', ...lineFilters],
  '/v1/logs/context': [`podUid=${uid}&time=${time}`],
  '/v1/fields': ['', ...lineFilters],
  '/v1/fields/:field/values': ['', ...lineFilters],
  '/v1/dead-letters': ['', 'code=bad-time'],
  '/v1/pods': ['', ...podFilters],
  '/v1/deaths': ['', 'group=fingerprint', 'outcome=oomkilled', 'with=lives,replacement'],
  '/v1/deaths/tail': ['from=2026-11-23T00:00:00Z'],
  '/v1/deaths/histogram': ['', `node=${node}`],
  '/v1/deaths/facets': ['', `node=${node}`],
  '/v1/store': [''],
  '/v1/nodes': ['', `name=${node}`],
  '/v1/nodes/:name': ['', 'pods=lived'],
  '/v1/pods/:uid': [''],
  '/v1/pods/:uid/logs': ['', 'gaps=true', 'q=needle', 'tail=1', 'life=0'],
  '/v1/pods/:uid/obituary': [''],
  '/k8s/api/v1/pods': ['', 'labelSelector=app=alpha-label', `fieldSelector=spec.nodeName=${node}`, watch],
  '/k8s/api/v1/namespaces/:namespace/pods': ['', `fieldSelector=metadata.name=${pod}`, watch],
  '/k8s/api/v1/namespaces/:namespace/pods/:name': [''],
  '/k8s/api/v1/namespaces/:namespace/pods/:name/log': ['', 'tailLines=1'],
  '/k8s/api/v1/events': ['', `fieldSelector=involvedObject.name=${pod}`, watch],
  '/k8s/api/v1/namespaces/:namespace/events': ['', watch],
  '/k8s/api/v1/namespaces/:namespace/events/:name': [''],
  '/k8s/api/v1/namespaces': [''],
  '/k8s/api/v1/namespaces/:name': [''],
  '/k8s/api/v1/nodes': [''],
  '/k8s/api/v1/nodes/:name': [''],
  ...Object.fromEntries(
    Object.keys(owners).flatMap((plural) => {
      const base = `/k8s/apis/${plural.endsWith('jobs') ? 'batch' : 'apps'}/v1`
      const inNamespace = `${base}/namespaces/:namespace/${plural}`
      return [`${base}/${plural}`, inNamespace, `${inNamespace}/:name`].map((route) => [route, ['']])
    }),
  ),
}

/** The path of a route with the first tenant's names in it. */
function pathOf(route: string): string {
  const plural = route.split('/').at(-2)!
  const names: Readonly<Record<string, string>> = { ...owners, events: alpha.event, namespaces: namespace, nodes: node }
  const lokiName = route.includes('/detected_field/') ? 'detected_level' : 'namespace'
  const name = route.startsWith('/loki/') ? lokiName : (names[plural] ?? pod)
  const values: Readonly<Record<string, string>> = { uid, namespace, field: 'pod', name }
  return route.replaceAll(/:(\w+)/g, (_, parameter: string) => values[parameter]!)
}

/** The answer of a tenant: whole, or of what does not end by itself up to what shows that all is there. */
async function ask(tenant: string, path: string): Promise<{ status: number; text: string }> {
  const leaving = new AbortController()
  const answer = await fetch(`${service.url}${path}`, { headers: { 'x-scope-orgid': tenant }, signal: leaving.signal })
  const end = endOf(tenant, path)
  if (end === undefined) return { status: answer.status, text: await answer.text() }
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  while (!end.test(text)) text += (await reader.read()).value ?? ''
  leaving.abort()
  await reader.cancel().catch(() => undefined)
  return { status: answer.status, text }
}

function endOf(tenant: string, path: string): RegExp | undefined {
  if (path.includes('watch=1')) return /initial-events-end/
  if (path.startsWith('/v1/deaths/tail')) return /all that was known is sent/
  if (!path.startsWith('/v1/logs/tail')) return undefined
  // Of an owner that a tenant does not have, nothing comes but the comment that says so.
  return tenant === 'alpha' ? /needle/ : path.includes('owner=') ? /^: .*\n\n: /m : /bravo-line/
}

function withoutAsked(text: string, path: string): string {
  const names = decodeURIComponent(path)
    .split(/[/?=&]/)
    .filter((name) => name !== '')
  return names.toSorted((a, b) => b.length - a.length).reduce((rest, name) => rest.replaceAll(name, ''), text)
}

const isFound = (text: string): boolean =>
  /alpha|"(?:count|total|entries)":[1-9]|"(?:label|pattern)":|"(?:data|values)":\["/.test(text)

test('every route that can be read is named here', () => {
  expect([...readable].toSorted()).toEqual([...ofNobody, ...Object.keys(asked)].toSorted())
})

describe.each(Object.entries(asked))('GET %s', (route, queries) => {
  test.each(queries)('?%s', async (query) => {
    const path = `${pathOf(route)}${query === '' ? '' : `?${query}`}`
    const own = await ask('alpha', path)
    expect([own.status, isFound(own.text)], own.text.slice(0, 500)).toEqual([200, true])
    const other = await ask('bravo', path)
    // A comment of a tail, a hint, and a refusal repeat what was asked, and no more.
    const comments = other.text.replaceAll(/^: .*$|"hints":\[.*?\]/gm, (echo) => withoutAsked(echo, path))
    const said = other.status === 200 ? comments : withoutAsked(other.text, path)
    if (other.status === 200) {
      const counts = /histogram|patterns|fields/.test(route) && !/[?&](q|namespace|pod|podUid|node|owner|label|image)=/.test(path)
      expect(counts ? isMoreThanOneLine(said) : isFound(said), said.slice(0, 500)).toBe(false)
    } else {
      expect([other.status, isFound(said)], said.slice(0, 500)).toEqual([404, false])
    }
  })
})

describe('the statements of all these requests', () => {
  test('were made for one tenant each, wherever they read a table', () => {
    const requests = statements.filter(({ signal, limits }) => signal !== undefined && limits?.timeMs !== undefined)
    expect(requests.length).toBeGreaterThan(200)
    const reads = new RegExp(String.raw`\b(?:FROM|JOIN) (?:${tenantTables.join('|')})\b`)
    for (const { sql } of requests) {
      const { text, params } = compile(sql)
      if (!reads.test(text)) continue
      const tenants = [...text.matchAll(/\btenant = \{(p\d+):String\}/g)].map(([, name]) => params[name!])
      expect(tenants, text).not.toEqual([])
      expect(new Set(tenants).size, text).toBe(1)
    }
  })

  test('were within the limits of their request', () => {
    for (const { sql, limits, signal } of statements.filter(({ signal: ends }) => ends !== undefined)) {
      if (sql.name === 'ping') continue
      expect(limits?.memoryBytes ?? 0, compile(sql).text).toBeGreaterThan(0)
      expect(limits!.memoryBytes!).toBeLessThanOrEqual(1024 ** 3)
      expect(signal).toBeInstanceOf(AbortSignal)
    }
  })

  test('have names', () => {
    const unnamed = statements.filter(({ sql, limits }) => sql.name === 'unnamed' && limits?.timeMs !== undefined)
    const beginnings = [...new Set(unnamed.map(({ sql }) => compile(sql).text.slice(0, 60)))]
    expect(beginnings).toEqual([])
  })
})

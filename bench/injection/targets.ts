// What is attacked: every parameter that /openapi.json of the running service names, those of /k8s, which it does not
// name, headers, and fields of bodies.

export interface Target {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** With its parameters in braces, as OpenAPI writes it. */
  path: string
  place: 'query' | 'form' | 'path' | 'header' | 'body'
  name: string
  /** Whether one request may have several values of it. */
  isRepeatable: boolean
}

interface Operation {
  parameters?: { name: string; in: string; schema?: unknown }[]
}
type Paths = Record<string, Record<string, Operation>>

export function targetsOf(paths: Paths): Target[] {
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [] }]) => ({
      method: method.toUpperCase() as Target['method'],
      path,
      parameters,
    })),
  )
  return [
    ...routes.flatMap(({ method, path, parameters }) =>
      parameters.map((one): Target => {
        const isForm = method === 'POST' && path.startsWith('/loki/') && one.in === 'query'
        const isList = JSON.stringify(one.schema ?? '').includes('"array"')
        const isRepeatable = isList && (!path.startsWith('/loki/') || one.name === 'match[]')
        return { method, path, place: isForm ? 'form' : one.in === 'path' ? 'path' : 'query', name: one.name, isRepeatable }
      }),
    ),
    ...kubernetes.flatMap(([path, names]) =>
      names.map((name): Target => ({
        method: 'GET',
        path,
        place: path.includes(`{${name}}`) ? 'path' : 'query',
        name,
        isRepeatable: false,
      })),
    ),
    ...routes
      .filter(({ path }) => !untouched.includes(path))
      .map(({ method, path }): Target => headerOf(method, path, 'x-scope-orgid')),
    ...['x-afterlog-node', 'x-afterlog-cluster', 'content-type', 'content-encoding'].map((name) =>
      headerOf('POST', '/v1/batches', name),
    ),
    headerOf('GET', '/v1/logs', 'accept'),
    headerOf('GET', '/v1/logs/tail', 'last-event-id'),
    headerOf('GET', '/v1/deaths/tail', 'last-event-id'),
    headerOf('GET', '/loki/api/v1/query_range', 'x-loki-response-encoding-flags'),
    ...['x-forwarded-host', 'x-forwarded-proto'].map((name) => headerOf('GET', '/k8s/kubeconfig', name)),
    ...['rules', 'rules.default', 'lastWords.first', 'lastWords.last', 'lastWords.keep', 'unnamed'].map((name): Target => ({
      method: 'PUT',
      path: '/v1/retention',
      place: 'body',
      name,
      isRepeatable: false,
    })),
  ]
}

const headerOf = (method: Target['method'], path: string, name: string): Target => ({
  method,
  path,
  place: 'header',
  name,
  isRepeatable: false,
})

/** Those that read no store. */
const untouched = ['/healthz', '/readyz', '/k8s/kubeconfig']

const lists = ['labelSelector', 'fieldSelector', 'limit', 'continue', 'resourceVersion']
const kubernetes: readonly (readonly [path: string, names: readonly string[]])[] = [
  ['/k8s/api/v1/pods', lists],
  ['/k8s/api/v1/namespaces/{namespace}/pods', ['namespace', ...lists]],
  ['/k8s/api/v1/namespaces/shop/pods/{name}', ['name']],
  [
    '/k8s/api/v1/namespaces/{namespace}/pods/{name}/log',
    [
      'namespace',
      'name',
      'container',
      'previous',
      'tailLines',
      'sinceSeconds',
      'sinceTime',
      'timestamps',
      'limitBytes',
      'stream',
    ],
  ],
  ['/k8s/api/v1/events', lists],
  ['/k8s/api/v1/namespaces/{namespace}/events', ['namespace', ...lists]],
  ['/k8s/api/v1/nodes/{name}', ['name']],
  ['/k8s/api/v1/nodes', ['labelSelector', 'fieldSelector']],
  ['/k8s/apis/apps/v1/namespaces/{namespace}/deployments/{name}', ['namespace', 'name']],
  ['/k8s/apis/apps/v1/namespaces/{namespace}/deployments', ['labelSelector', 'fieldSelector']],
]

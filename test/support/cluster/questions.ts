// Every question that a query service is asked, once as a table: a single store and a cluster must give one answer to
// each. A route that is not in it fails test/integration/cluster-answers.test.ts.

export interface Question {
  /** As in /openapi.json, or below /k8s. */
  route: string
  /** What is asked of it, with its query. */
  paths: readonly string[]
  headers?: Readonly<Record<string, string>>
}

/** What the recorded cluster holds, and what the test adds to it. */
export interface Recorded {
  /** A time before the first line and one after the last, RFC 3339. */
  from: string
  to: string
  /** Uids of pods, of the API. */
  uids: readonly string[]
  /** Of a static pod: the uid of its log path. */
  staticUid: string
  containerId: string
  ip: string
  node: string
}

const table = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' }

export function questions({ from, to, uids, staticUid, containerId, ip, node }: Recorded): Question[] {
  const span = `from=${from}&to=${to}`
  const at = encodeURIComponent(to)
  // That of a provisional pod has slashes.
  const inPath = uids.map((uid) => encodeURIComponent(uid))
  return [
    {
      route: '/v1/logs',
      paths: [
        `/v1/logs?${span}&limit=1000`,
        `/v1/logs?${span}&order=asc&limit=400`,
        `/v1/logs?${span}&q=error&limit=200`,
        `/v1/logs?${span}&namespace=shop&q=${encodeURIComponent('/time|fail/')}`,
        `/v1/logs?${span}&pod=cart-7d9f8b6c5-x2x9k&container=cart`,
        `/v1/logs?${span}&podUid=${staticUid}`,
        `/v1/logs?${span}&node=${node}&unit=kubelet.service`,
      ],
    },
    { route: '/v1/logs/histogram', paths: [`/v1/logs/histogram?${span}&step=5m`, `/v1/logs/histogram?${span}&step=1m&q=error`] },
    { route: '/v1/logs/patterns', paths: [`/v1/logs/patterns?${span}&step=5m`, `/v1/logs/patterns?${span}&q=error`] },
    {
      route: '/v1/fields',
      paths: [`/v1/fields?${span}`],
    },
    {
      route: '/v1/fields/{field}/values',
      paths: ['namespace', 'pod', 'podUid', 'severity', 'node'].map((field) => `/v1/fields/${field}/values?${span}`),
    },
    {
      route: '/v1/deaths',
      paths: [
        '/v1/deaths',
        '/v1/deaths?limit=3&namespace=shop',
        '/v1/deaths?group=fingerprint',
        '/v1/deaths?with=lives,replacement',
      ],
    },
    { route: '/v1/deaths/histogram', paths: ['/v1/deaths/histogram', '/v1/deaths/histogram?namespace=shop'] },
    { route: '/v1/deaths/facets', paths: ['/v1/deaths/facets', '/v1/deaths/facets?namespace=shop&outcome=crashed'] },
    { route: '/v1/nodes', paths: ['/v1/nodes', '/v1/nodes?limit=2', `/v1/nodes?name=${node}`] },
    {
      route: '/v1/nodes/{name}',
      paths: [`/v1/nodes/${node}`, `/v1/nodes/${node}?pods=lived`, `/v1/nodes/${node}?limit=2&outcome=crashed`],
    },
    {
      route: '/v1/pods',
      paths: [
        '/v1/pods',
        '/v1/pods?limit=8',
        '/v1/pods?namespace=shop',
        '/v1/pods?outcome=oomkilled',
        '/v1/pods?outcome=running',
        `/v1/pods?node=${node}`,
        '/v1/pods?owner=StatefulSet/search-indexer',
        '/v1/pods?label=app%3Dpayments',
        `/v1/pods?ip=${ip}`,
        `/v1/pods?ip=${ip}&at=${at}`,
        '/v1/pods?name=cart-7d9f8b6c5-x2x9k',
        '/v1/pods?namespace=shop&name=cart-7d9f8b6c5-x2x9k',
        '/v1/pods?cluster=demo&outcome=crashed&limit=3',
        '/v1/pods?sort=died',
        '/v1/pods?sort=died&limit=5&namespace=shop',
        '/v1/pods?image=registry.example/shop/cart:1.8.0',
        '/v1/pods?event=kube-proxy-w7v9d.181301e45fd17d26',
        `/v1/pods?from=${from}&to=${to}`,
        `/v1/pods?at=${at}`,
        `/v1/pods?uid=${uids[0]!}&uid=${uids[1]!}`,
        `/v1/pods?uid=${uids[2]!.slice(0, 8)}`,
        `/v1/pods?uid=${staticUid}`,
        `/v1/pods?containerId=${containerId}`,
      ],
    },
    { route: '/v1/pods/{uid}', paths: [...inPath, staticUid, 'nobody'].map((uid) => `/v1/pods/${uid}`) },
    {
      route: '/v1/pods/{uid}/logs',
      paths: [...[...inPath, staticUid].map((uid) => `/v1/pods/${uid}/logs`), `/v1/pods/${inPath[0]!}/logs?limit=100`],
    },
    { route: '/v1/pods/{uid}/obituary', paths: inPath.map((uid) => `/v1/pods/${uid}/obituary`) },
    { route: '/v1/dead-letters', paths: ['/v1/dead-letters', '/v1/dead-letters?limit=1'] },
    { route: '/v1/retention', paths: ['/v1/retention'] },
    ...lokiQuestions({ from, to }),
    {
      route: '/k8s pods',
      paths: [
        '/k8s/api/v1/pods',
        '/k8s/api/v1/pods?limit=8',
        '/k8s/api/v1/namespaces/shop/pods',
        '/k8s/api/v1/namespaces/shop/pods?labelSelector=app%3Dcart',
        '/k8s/api/v1/pods?fieldSelector=status.phase%3DFailed',
        '/k8s/api/v1/pods?fieldSelector=spec.nodeName%3Dnode-1',
        '/k8s/api/v1/namespaces/shop/pods/cart-7d9f8b6c5-x2x9k',
        '/k8s/api/v1/namespaces/kube-system/pods/etcd-node-1',
      ],
    },
    { route: '/k8s pods as a table', paths: ['/k8s/api/v1/pods', '/k8s/api/v1/namespaces/shop/pods'], headers: table },
    {
      route: '/k8s log',
      paths: [
        '/k8s/api/v1/namespaces/shop/pods/cart-7d9f8b6c5-x2x9k/log?container=cart',
        '/k8s/api/v1/namespaces/shop/pods/cart-7d9f8b6c5-x2x9k/log?container=cart&previous=true',
        '/k8s/api/v1/namespaces/kube-system/pods/etcd-node-1/log?tailLines=3&timestamps=true',
      ],
    },
    {
      route: '/k8s events',
      paths: ['/k8s/api/v1/events', '/k8s/api/v1/namespaces/shop/events?limit=20'],
    },
    {
      route: '/k8s other collections',
      paths: [
        '/k8s/api/v1/nodes',
        '/k8s/api/v1/namespaces',
        '/k8s/apis/apps/v1/deployments',
        '/k8s/apis/apps/v1/replicasets',
        '/k8s/apis/apps/v1/statefulsets',
        '/k8s/apis/apps/v1/daemonsets',
        '/k8s/apis/batch/v1/jobs',
        '/k8s/apis/batch/v1/cronjobs',
      ],
    },
  ]
}

function lokiQuestions({ from, to }: Pick<Recorded, 'from' | 'to'>): Question[] {
  const base = '/loki/api/v1'
  const ask = (path: string, parameters: Record<string, string> = {}): string =>
    `${base}/${path}?${new URLSearchParams({ start: from, end: to, ...parameters }).toString()}`
  const shop = '{namespace="shop"}'
  const questionsOf: Record<string, readonly string[]> = {
    query_range: [
      ask('query_range', { query: `${shop} |= "e" | logfmt`, limit: '1000' }),
      ask('query_range', { query: '{deployment="cart"}', limit: '1000', direction: 'forward' }),
      ask('query_range', { query: `sum by (pod, detected_level) (count_over_time(${shop}[5m]))`, step: '300' }),
    ],
    query: [ask('query', { query: `sum by (container) (bytes_over_time(${shop}[6h]))`, time: to })],
    labels: [ask('labels'), ask('labels', { query: shop })],
    label: [ask('label')],
    'label/{name}/values': ['pod', 'deployment', 'service_name'].map((name) => ask(`label/${name}/values`)),
    series: [ask('series', { 'match[]': shop })],
    'index/stats': [ask('index/stats', { query: shop })],
    'index/volume': [ask('index/volume', { query: '{service_name=~".+"}' })],
    'index/volume_range': [ask('index/volume_range', { query: shop, targetLabels: 'detected_level', step: '300' })],
    patterns: [ask('patterns', { query: shop, step: '300' })],
    detected_labels: [ask('detected_labels')],
    detected_fields: [ask('detected_fields', { query: shop })],
    'detected_field/{name}/values': [ask('detected_field/trace_id/values', { query: shop })],
    format_query: [ask('format_query', { query: shop })],
    'status/buildinfo': [ask('status/buildinfo')],
    'drilldown-limits': [ask('drilldown-limits')],
  }
  return Object.entries(questionsOf).map(([path, paths]) => ({ route: `${base}/${path}`, paths }))
}

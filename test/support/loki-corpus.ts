// Lines of a small cluster, from which the answers to queries of Loki's clients are computed by plain code: two pods of
// a Deployment that log JSON, one of a StatefulSet that logs logfmt, a web server, and the kubelets of two nodes.
export interface CorpusLine {
  /** Epoch ns. */
  ts: bigint
  /** As LogQL has them. */
  labels: Readonly<Record<string, string>>
  level: string
  traceId: string
  message: string
  /** What is posted. */
  record: Readonly<Record<string, unknown>>
  /** Of the message. */
  status?: number
  tookMs?: number
  path?: string
}

const second = 1_000_000_000n
const corpusSeconds = 3600
const stepSeconds = 10

interface Source {
  namespace: string
  pod: string
  podUid: string
  node: string
  service: string
  container: string
  sent?: Readonly<Record<string, string>>
  message: (n: number, fields: Fields) => string
}
interface Fields {
  level: string
  status: number
  tookMs: number
  path: string
  traceId: string
}

const json = (_n: number, { level, status, tookMs, path, traceId }: Fields): string =>
  JSON.stringify({ level, status, duration_ms: tookMs, path, trace: { id: traceId }, msg: status >= 500 ? 'failed' : 'served' })
const logfmt = (n: number, { level, status, tookMs, path }: Fields): string =>
  `level=${level} status=${status} took=${tookMs}ms path=${path} order=${1000 + n} msg="payment ${status >= 500 ? 'refused' : 'taken'}"`
const nginx = (n: number, { status, path, tookMs }: Fields): string =>
  `10.0.${n % 4}.${n % 200} - - "GET ${path} HTTP/1.1" ${status} ${tookMs * 100}`

const shop = { namespace: 'shop', container: 'app' }
const sources: readonly Source[] = [
  {
    ...shop,
    pod: 'cart-7d9f8b6c5d-x2x4z',
    podUid: '5b0c1d2e-0000-4000-8000-000000000001',
    node: 'node-1',
    service: 'cart',
    message: json,
  },
  {
    ...shop,
    pod: 'cart-7d9f8b6c5d-p4hjv',
    podUid: '5b0c1d2e-0000-4000-8000-000000000002',
    node: 'node-2',
    service: 'cart',
    message: json,
  },
  { ...shop, pod: 'pay-0', podUid: '5b0c1d2e-0000-4000-8000-000000000003', node: 'node-1', service: 'pay', message: logfmt },
  {
    namespace: 'web',
    container: 'nginx',
    pod: 'edge-5d8c7b9f4d-zk2lm',
    podUid: '5b0c1d2e-0000-4000-8000-000000000004',
    node: 'node-2',
    service: 'edge',
    sent: { app: 'edge', 'team.name': 'web' },
    message: nginx,
  },
]

/** All lines, oldest first; the first is at `begin` (epoch ns), and all are within an hour of it. */
export function lokiCorpus(begin: bigint): CorpusLine[] {
  const lines: CorpusLine[] = []
  for (let n = 0; n * stepSeconds < corpusSeconds; n++) {
    // Lines of several pods have one time.
    const ts = begin + BigInt(n * stepSeconds) * second
    for (const [index, source] of sources.entries()) lines.push(lineOf(source, { n, index, ts }))
    if (n % 30 === 0) lines.push(kubeletLine(n, ts + 1n))
  }
  return lines
}

function lineOf(source: Source, { n, index, ts }: { n: number; index: number; ts: bigint }): CorpusLine {
  const { namespace, pod, podUid, node, service, container, sent = {} } = source
  const k = n * 7 + index * 3
  const status = k % 50 === 0 ? 500 : k % 10 === 0 ? 404 : 200
  const level = status >= 500 ? 'error' : status >= 400 ? 'warn' : 'info'
  const traceId = `4bf92f3577b34da6a3ce929d0e${String(index).padStart(2, '0')}${String(n).padStart(4, '0')}`
  const fields = { level, status, tookMs: 5 + (k % 90), path: `/${service}/${k % 5}`, traceId }
  const message = source.message(n, fields)
  const stream = status >= 500 ? 'stderr' : 'stdout'
  const record = {
    time: String(ts),
    namespace,
    pod,
    podUid,
    node,
    container,
    restart: 0,
    stream,
    severity: level,
    traceId,
    message,
    labels: sent,
  }
  const names = Object.fromEntries(Object.entries(sent).map(([name, value]) => [name.replaceAll('.', '_'), value]))
  const labels = {
    cluster: 'prod',
    namespace,
    pod,
    container,
    node,
    stream,
    service_name: service,
    job: `${namespace}/${container}`,
    ...names,
  }
  return { ts, labels, message, record, ...fields }
}

function kubeletLine(n: number, ts: bigint): CorpusLine {
  const node = `node-${1 + (n % 2)}`
  const message = `I1123 10:00:00.000000 1 kubelet.go:${100 + n}] "SyncLoop" pod="shop/pay-0"`
  const unit = 'kubelet.service'
  const record = { time: String(ts), node, unit, severity: 'info', message }
  return {
    ts,
    labels: { cluster: 'prod', node, unit, service_name: unit, job: unit },
    level: 'info',
    traceId: '',
    message,
    record,
  }
}

/** Posts the corpus in batches, every tenth of them twice, as agents send again. */
export async function postCorpus(url: string, lines: readonly CorpusLine[], headers: Record<string, string> = {}): Promise<void> {
  const batchLines = 100
  for (let at = 0, batch = 0; at < lines.length; at += batchLines, batch++) {
    const body = JSON.stringify({ cluster: 'prod', records: lines.slice(at, at + batchLines).map(({ record }) => record) })
    for (let times = batch % 10 === 0 ? 2 : 1; times > 0; times--) {
      const response = await fetch(`${url}/v1/batches`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
      })
      const answer = (await response.json()) as { rejected?: number }
      if (response.status !== 200 || answer.rejected !== 0) throw new Error(`${response.status} ${JSON.stringify(answer)}`)
    }
  }
}

// Writes a day of Kubernetes logs as insert blocks of `logs` rows (JSONCompactEachRow) into a folder, with what the
// queries of the bench look for. Arrival order: mostly by time, one node 20 minutes late, 0.5 % of lines sent twice.
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { type Dialect, say } from './messages.ts'
import { type Random, createRandom } from './random.ts'

export interface Corpus {
  seed: number
  lines: number
  rows: number
  messageBytes: number
  /** Column order of the rows in the blocks. */
  columns: readonly string[]
  blocks: string[]
  pod: { namespace: string; pod: string; uid: string; container: string; restart: number; containerId: string }
  traceId: string
  /** Epoch ns of the first line and after the last. */
  from: string
  to: string
}

interface Container {
  namespace: string
  pod: string
  uid: string
  container: string
  restart: number
  containerId: string
  node: string
  service: string
  dialect: Dialect
  weight: number
  labels: Record<string, string>
  attributes: boolean
  crashes: boolean
  offset: number
  file: number
}

const columns = [
  'tenant',
  'ts',
  'cluster',
  'namespace',
  'pod',
  'pod_uid',
  'container',
  'restart',
  'container_id',
  'node',
  'unit',
  'stream',
  'partial',
  'severity',
  'message',
  'trace_id',
  'span_id',
  'labels',
  'attributes',
  'offset',
  'length',
  'file',
  'eof',
  'ordinal',
  'agent',
  'received',
  'class',
]
const dayNs = 86_400_000_000_000n
const startMs = Date.UTC(2026, 10, 22)
const rfc = (ns: bigint): string =>
  `${new Date(Number(ns / 1_000_000n)).toISOString().slice(0, 19)}.${String(ns % 1_000_000_000n).padStart(9, '0')}`

/** `blockBytes` is the size of one insert; the folder is made. */
export function writeCorpus(options: { folder: string; seed: number; lines: number; blockBytes: number }): Corpus {
  const { folder, seed, lines, blockBytes } = options
  mkdirSync(folder, { recursive: true })
  const random = createRandom(seed)
  const containers = createContainers(random)
  const choose = createChoice(containers, random)
  const blocks = createBlocks(folder, blockBytes)
  const from = BigInt(startMs) * 1_000_000n
  const traces: string[] = []
  const late: { at: number; row: string }[] = []
  let resend: string[] = []
  let messageBytes = 0
  let rows = 0
  let needle = ''
  const busiest = containers.reduce((a, b) => (b.weight > a.weight ? b : a))
  const emit = (row: string): void => {
    rows++
    blocks.write(row)
  }
  let said = 0
  while (said < lines) {
    const one = choose()
    if (one.crashes && random.next() < 0.0004) restartContainer(one, random)
    const ns = from + (dayNs * BigInt(said)) / BigInt(lines) + BigInt(random.int(50_000_000))
    if (traces.length === 0 || random.next() < 0.2) traces.unshift(random.hex(32))
    if (traces.length > 8) traces.pop()
    const traceId = random.pick(traces)
    const { severity, lines: texts } = say(random, one.dialect, `${rfc(ns)}Z`, one.service, traceId)
    if (needle === '' && said > lines * 0.6 && one.dialect === 'json') needle = traceId
    texts.forEach((text, i) => {
      const row = rowOf(one, ns + BigInt(i * 1000), severity, text, one.attributes ? traceId : '', random)
      messageBytes += Buffer.byteLength(text)
      if (one.node === 'node-11') late.push({ at: said + lines / 72, row })
      else emit(row)
      if (resend.length > 0 || random.next() < 0.000025) resend.push(row)
      said++
    })
    if (resend.length >= 200) {
      resend.forEach(emit)
      resend = []
    }
    while (late.length > 0 && late[0]!.at <= said) emit(late.shift()!.row)
  }
  for (const { row } of late) emit(row)
  const { namespace, pod, uid, container, restart, containerId } = busiest
  const corpus: Corpus = {
    seed,
    lines,
    rows,
    messageBytes,
    columns,
    blocks: blocks.end(),
    pod: { namespace, pod, uid, container, restart, containerId },
    traceId: needle,
    from: String(from),
    to: String(from + dayNs),
  }
  writeFileSync(join(folder, 'corpus.json'), JSON.stringify(corpus))
  return corpus
}

function createContainers(random: Random): Container[] {
  const namespaces = ['shop', 'payments', 'search', 'kube-system', 'monitoring', 'identity', 'batch', 'edge', 'data', 'internal']
  const services = ['cart', 'order', 'payment', 'catalog', 'auth', 'mail', 'stock', 'gateway', 'report', 'proxy']
  return Array.from({ length: 200 }, (_, i) => {
    const service = services[random.int(10)]!
    const labels: Record<string, string> = {
      app: service,
      'pod-template-hash': random.hex(10),
      'app.kubernetes.io/version': `1.${random.int(40)}.0`,
    }
    return {
      namespace: namespaces[i % 10]!,
      pod: `${service}-${random.hex(10)}-${random.hex(5)}`,
      uid: random.uuid(),
      container: i % 20 === 19 ? 'sidecar' : 'app',
      restart: 0,
      containerId: `containerd://${random.hex(64)}`,
      node: `node-${random.int(12)}`,
      service,
      dialect: random.pick<Dialect>([
        'json',
        'json',
        'json',
        'json',
        'json',
        'logfmt',
        'logfmt',
        'logfmt',
        'access',
        'access',
        'access',
        'java',
      ]),
      weight: 1 / (1 + random.int(60)),
      labels: i % 3 === 0 ? {} : labels,
      attributes: i % 5 === 0,
      crashes: i % 7 === 0,
      offset: 0,
      file: 100000 + random.int(900000),
    }
  })
}

function createChoice(containers: readonly Container[], random: Random): () => Container {
  const total = containers.reduce((sum, c) => sum + c.weight, 0)
  const table: Container[] = containers.flatMap((c) =>
    Array.from({ length: Math.max(1, Math.round((c.weight / total) * 8192)) }, () => c),
  )
  return () => random.pick(table)
}

function restartContainer(one: Container, random: Random): void {
  one.restart++
  one.containerId = `containerd://${random.hex(64)}`
  one.offset = 0
  one.file = 100000 + random.int(900000)
}

function rowOf(one: Container, ns: bigint, severity: string, message: string, traceId: string, random: Random): string {
  const length = Buffer.byteLength(message) + 46
  const offset = one.offset
  one.offset += length
  if (one.offset > 10_000_000) {
    one.offset = 0
    one.file++
  }
  const received = rfc(ns + 200_000_000n + BigInt(random.int(2_000_000_000))).slice(0, 23)
  const attributes = one.attributes ? { 'http.route': message.slice(40, 52), 'thread.id': String(random.int(64)) } : {}
  return JSON.stringify([
    'default',
    rfc(ns),
    'prod-eu',
    one.namespace,
    one.pod,
    one.uid,
    one.container,
    one.restart,
    one.containerId,
    one.node,
    '',
    severity === 'error' ? 'stderr' : 'stdout',
    0,
    severity,
    message,
    traceId,
    traceId === '' ? '' : random.hex(16),
    one.labels,
    attributes,
    offset,
    length,
    String(one.file),
    0,
    0,
    'fluent-bit/4.0',
    received,
    one.namespace === 'kube-system' ? 'kube-system' : 'default',
  ])
}

function createBlocks(folder: string, blockBytes: number): { write(row: string): void; end(): string[] } {
  const files: string[] = []
  let pending: string[] = []
  let bytes = 0
  const flush = (): void => {
    if (pending.length === 0) return
    const file = join(folder, `${String(files.length).padStart(4, '0')}.jsonl`)
    const handle = openSync(file, 'w')
    writeSync(handle, `${pending.join('\n')}\n`)
    closeSync(handle)
    files.push(file)
    pending = []
    bytes = 0
  }
  return {
    write(row) {
      pending.push(row)
      bytes += Buffer.byteLength(row) + 1
      if (bytes >= blockBytes) flush()
    },
    end() {
      flush()
      return files
    },
  }
}

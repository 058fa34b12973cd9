// The pods of the corpus: of owners, in namespaces, on nodes, with labels. Few are busy: the n-th writes 1/n of what the
// first writes, so of 2 M lines the first has hundreds of thousands and the median pod a few thousand.
import type { Random } from '../../storage/random.ts'

export type Dialect = 'nginx' | 'json' | 'java' | 'klog' | 'envoy'

export interface CorpusPod {
  namespace: string
  pod: string
  podUid: string
  container: string
  node: string
  /** `Deployment/cart` */
  owner: string
  labels: Readonly<Record<string, string>>
  dialect: Dialect
  /** Whether its agent has the trace id as a field of its own, and whether its text has it. */
  traceField: boolean
  traceText: boolean
  service: string
}

export const podCount = 200
/** By rank: the busiest is 0. */
export const [busyRank, medianRank] = [0, podCount / 2]

const nodes = 12
const namespaces = 'shop payments search identity catalog batch edge data internal analytics'.split(' ')
const services: Readonly<Record<Dialect, readonly string[]>> = {
  nginx: 'storefront assets landing docs partner-portal'.split(' '),
  json: 'cart checkout accounts pricing inventory shipping notifier recommender'.split(' '),
  java: 'ledger billing indexer fulfilment risk archive'.split(' '),
  klog: 'kube-controller coredns metrics-server csi-driver cluster-autoscaler operator'.split(' '),
  envoy: 'ingress-gateway mesh-gateway egress-gateway'.split(' '),
}
/** By rank, so that no seed makes one dialect write everything. */
const dialects: readonly Dialect[] = ['json', 'nginx', 'java', 'json', 'envoy', 'klog', 'nginx', 'json', 'java', 'json']

export function createPods(random: Random): CorpusPod[] {
  return Array.from({ length: podCount }, (_, rank) => {
    const dialect = dialects[rank % dialects.length]!
    const service = random.pick(services[dialect])
    const { pod, owner } = nameOf(random, dialect, service)
    return {
      namespace: dialect === 'klog' ? 'kube-system' : random.pick(namespaces),
      pod,
      podUid: random.uuid(),
      container: dialect === 'envoy' ? 'istio-proxy' : dialect === 'nginx' ? 'nginx' : 'app',
      node: `node-${String(random.int(nodes)).padStart(2, '0')}`,
      owner,
      labels: { app: service, version: `v1.${random.int(40)}.${random.int(10)}` },
      dialect,
      service,
      ...traces(dialect, rank),
    }
  })
}

function traces(dialect: Dialect, rank: number): { traceField: boolean; traceText: boolean } {
  switch (dialect) {
    case 'json':
      // An SDK names the trace beside the text, a logger inside it, some do both.
      return { traceField: rank % 3 !== 1, traceText: rank % 3 !== 2 }
    case 'java':
      return { traceField: rank % 4 === 0, traceText: true }
    case 'envoy':
      return { traceField: false, traceText: true }
    case 'nginx':
    case 'klog':
      return { traceField: false, traceText: false }
  }
}

function nameOf(random: Random, dialect: Dialect, service: string): { pod: string; owner: string } {
  const tail = random.hex(5)
  if (dialect === 'klog') return { pod: `${service}-${tail}`, owner: `DaemonSet/${service}` }
  if (dialect === 'java') return { pod: `${service}-${random.int(90)}`, owner: `StatefulSet/${service}` }
  return { pod: `${service}-${random.hex(10)}-${tail}`, owner: `Deployment/${service}` }
}

/** Draws a pod's rank by how much it writes. */
export function createChoice(random: Random): () => number {
  const sums: number[] = []
  for (let rank = 0, sum = 0; rank < podCount; rank++) sums.push((sum += 1 / (rank + 1)))
  const total = sums.at(-1)!
  return () => {
    const at = random.next() * total
    let [low, high] = [0, podCount - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if (sums[middle]! < at) low = middle + 1
      else high = middle
    }
    return low
  }
}

// Lines of a random corpus, and how they are posted: as records, as raw lines of files with fragments, some bodies
// twice. `lines` is the truth: what a reader must find, whatever way it came.
import type { Random } from '../../storage/random.ts'
import type { LabelSet } from '../plain/plain-line.ts'
import { lineText, type TextKind } from './line-texts.ts'

export interface TrueLine {
  timeNs: bigint
  message: string
  /** Some of the labels of its stream, and of its structured metadata. */
  labels: LabelSet
  metadata: LabelSet
}

export interface Corpus {
  lines: TrueLine[]
  /** In the order in which they are posted. */
  bodies: Posted[][]
  startNs: bigint
  endNs: bigint
}

/** `time` is missing in a raw line, which has it in its text. */
export interface Posted {
  time?: string
  [field: string]: unknown
}

interface Source {
  namespace: string
  pod: string
  podUid: string
  container: string
  node: string
  labels: LabelSet
  kinds: readonly TextKind[]
  /** Its lines come as raw lines of a file, some of them in fragments. */
  isFile?: boolean
}

const source = (pod: string, namespace: string, container: string, kinds: readonly TextKind[], labels: LabelSet) => ({
  namespace,
  pod,
  podUid: `7d2e3f40-0000-4000-8000-${Buffer.from(pod).toString('hex').padEnd(12, '0').slice(0, 12)}`,
  container,
  node: `node-${pod.length % 3}`,
  kinds,
  labels,
})

/** `ticks` has no two lines of one time: first_over_time and its like have one answer there. */
const sources: readonly Source[] = [
  source('cart-7d9f8b6c5d-x2x4z', 'shop', 'app', ['json', 'json', 'broken'], { app: 'cart', tier: 'backend', version: '1.2' }),
  source('cart-7d9f8b6c5d-b5b6c', 'shop', 'app', ['json', 'logfmt'], { app: 'cart', tier: 'backend', version: '1.3' }),
  source('web-5c6d7f8b9-zzzz2', 'shop', 'nginx', ['access'], { app: 'web', tier: 'frontend', 'app.kubernetes.io/name': 'web' }),
  source('pay-0', 'pay', 'app', ['logfmt', 'logfmt', 'broken'], { app: 'pay', tier: 'backend' }),
  source('pay-1', 'pay', 'app', ['logfmt', 'unicode'], { app: 'pay', tier: 'backend', zone: 'ü' }),
  source('pay-1', 'pay', 'sidecar', ['packed'], { app: 'pay', tier: 'mesh' }),
  source('agent-c4d5f', 'infra', 'agent', ['coloured', 'plain'], { app: 'agent' }),
  source('ticks-0', 'infra', 'ticks', ['logfmt', 'json'], { app: 'ticks', tier: 'none' }),
  { ...source('files-0', 'infra', 'files', ['logfmt', 'json', 'unicode'], {}), isFile: true },
]

const second = 1_000_000_000n
const recordsPerBody = 300
/** The time that the corpus covers. */
const coveredNs = 2n * 3600n * second

export function makeCorpus(random: Random, { count, nowNs }: { count: number; nowNs: bigint }): Corpus {
  const startNs = (nowNs / (3600n * second)) * 3600n * second - 2n * coveredNs
  const perSource = Math.ceil(count / sources.length)
  const corpus: Corpus = { lines: [], bodies: [], startNs, endNs: startNs + coveredNs }
  for (const of of sources) {
    const times = timesOf(random, perSource, { startNs, isUnique: of.container === 'ticks' })
    const records = times.flatMap((timeNs, i) => {
      const message = lineText(random.pick(of.kinds), random)
      return of.isFile === true
        ? rawLines(of, { timeNs, message, offset: i * 100_000, random, corpus })
        : [record(of, { timeNs, message, random, corpus })]
    })
    corpus.bodies.push(...bodiesOf(records))
  }
  corpus.bodies.push(...random.shuffled(corpus.bodies).slice(0, 5))
  return corpus
}

/**
 * Bodies of a file are cut wherever it is, also between fragments. Others are cut between times: equal lines of one body
 * are several lines, those of two bodies are one that was sent twice.
 */
function bodiesOf(records: readonly Posted[]): Posted[][] {
  const bodies: Posted[][] = [[]]
  for (const [i, one] of records.entries()) {
    const isSameTime = one.time !== undefined && one.time === records[i - 1]?.time
    if (bodies.at(-1)!.length >= recordsPerBody && !isSameTime) bodies.push([])
    bodies.at(-1)!.push(one)
  }
  return bodies
}

/** In order. Some are equal, some a ns apart, and some whole seconds. */
function timesOf(random: Random, count: number, { startNs, isUnique }: { startNs: bigint; isUnique: boolean }): bigint[] {
  const times: bigint[] = []
  for (let i = 0; i < count; i++) {
    const last = times.at(-1)
    const kind = isUnique ? 9 : random.int(10)
    const at = startNs + (coveredNs * BigInt(i)) / BigInt(count) + BigInt(random.int(500_000_000))
    if (last !== undefined && kind === 0) times.push(last)
    else if (last !== undefined && kind === 1) times.push(last + 1n)
    else if (kind === 2) times.push((at / second) * second)
    else times.push(at)
  }
  return times.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}

interface Made {
  timeNs: bigint
  message: string
  random: Random
  corpus: Corpus
}

function record(of: Source, { timeNs, message, random, corpus }: Made): Posted {
  const { kinds: _, isFile: __, labels, ...where } = of
  const stream = random.pick(['stdout', 'stdout', 'stderr'])
  const attributes: Record<string, string> = {}
  const isTraced = of.labels['tier'] === 'frontend' || of.labels['app'] === 'cart'
  const traceId = isTraced && random.int(4) === 0 ? random.hex(1).padStart(32, 'abcdef') : undefined
  if (of.namespace === 'pay' || of.container === 'ticks') {
    if (random.int(3) === 0) attributes['attempt'] = String(random.int(6))
    if (random.int(4) === 0) attributes['latency'] = random.pick(['5ms', '1.25s', '80ms', 'slow'])
  }
  if (of.namespace === 'shop' && random.int(5) === 0) attributes['user.name'] = random.pick(['ann', 'bob'])
  corpus.lines.push({
    timeNs,
    message,
    labels: { ...names(of), stream, ...sanitised(labels) },
    metadata: { ...sanitised(attributes), ...(traceId === undefined ? {} : { trace_id: traceId }) },
  })
  return { time: String(timeNs), ...where, cluster: 'prod', stream, message, labels, attributes, traceId }
}

/** One line as the kubelet writes it: whole, or in fragments. */
function rawLines(of: Source, { timeNs, message, offset, random, corpus }: Made & { offset: number }): Posted[] {
  const parts = random.int(3) === 0 ? cutInto(message, 1 + random.int(4), random) : [message]
  const path = `/var/log/pods/${of.namespace}_${of.pod}_${of.podUid}/${of.container}/0.log`
  corpus.lines.push({ timeNs, message, labels: { ...names(of), stream: 'stdout' }, metadata: {} })
  let at = offset
  return parts.map((part, i) => {
    const cri = `${rfc3339(timeNs)} stdout ${i === parts.length - 1 ? 'F' : 'P'} ${part}`
    const raw = { path, offset: at, length: Buffer.byteLength(cri) + 1, cri, node: of.node, cluster: 'prod' }
    at += raw.length
    return raw
  })
}

const names = ({ namespace, pod, container, node }: Source): LabelSet => ({ cluster: 'prod', namespace, pod, container, node })

/** By the rule of Loki's parsers. */
const sanitised = (labels: LabelSet): LabelSet =>
  Object.fromEntries(Object.entries(labels).map(([name, value]) => [name.replaceAll(/\W/g, '_'), value]))

/** At characters, never within one. */
function cutInto(text: string, count: number, random: Random): string[] {
  const characters = Array.from(text)
  const cuts = Array.from({ length: count - 1 }, () => random.int(characters.length + 1)).toSorted((a, b) => a - b)
  return [0, ...cuts].map((from, i) => characters.slice(from, cuts[i] ?? characters.length).join(''))
}

function rfc3339(ns: bigint): string {
  const whole = new Date(Number(ns / 1_000_000n)).toISOString().slice(0, 19)
  return `${whole}.${String(ns % second).padStart(9, '0')}Z`
}

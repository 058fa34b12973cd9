// What the senders of a posting run say: numbered lines of several pods, in batches of every kind that agents send.
// Pure, and the same for the same seed. Times of one container only grow, so the order that answers must show is the
// order of saying.
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { createRandom, type Random } from '../storage/random.ts'

export interface SaidLine {
  /** RFC 3339, nine digits. */
  time: string
  message: string
  container: Container
  /** Undefined: an agent that knows none. */
  offset: number | undefined
}

export interface Container {
  namespace: string
  pod: string
  podUid: string
  container: string
  /** How its agent sends: with offsets, without, or without and with equal lines of one instant. */
  kind: 'offset' | 'ordinal' | 'equal'
}

export interface Batch {
  lines: SaidLine[]
  body: Buffer
  headers: Record<string, string>
}

export interface Sender {
  containers: Container[]
  /** The next batch of new lines. */
  next(): Batch
  /** The same lines as other batches: only where all of them have offsets, as an agent does after its own restart. */
  rechunk(lines: readonly SaidLine[]): Batch[]
}

const namespaces = ['shop', 'payments', 'search']
const kinds = ['offset', 'ordinal', 'equal', 'offset'] as const

/**
 * A sender of four containers, each hours away from the others, in namespaces of several retention classes: an insert
 * writes several parts.
 */
export function createPostingSender({ seed, index, untilMs }: { seed: number; index: number; untilMs: number }): Sender {
  const random = createRandom(seed * 1000 + index)
  const containers = kinds.map((kind, i): Container => ({
    namespace: namespaces[(index + i) % namespaces.length]!,
    pod: `pod-${index}-${i >> 1}`,
    podUid: uuidOf(`${seed}/${index}/${i >> 1}`),
    container: `c${i}`,
    kind,
  }))
  const state = containers.map((_, i) => ({ ms: untilMs - (40 - 6 * i) * 3_600_000, offset: 0, number: 0 }))

  const say = (i: number): SaidLine[] => {
    const container = containers[i]!
    const at = state[i]!
    at.ms += 1 + random.int(40_000)
    if (at.ms > untilMs) throw new Error('so many lines do not fit into the hours that a sender has')
    const time = `${new Date(at.ms).toISOString().slice(0, 23)}${String(random.int(1_000_000)).padStart(6, '0')}Z`
    const words = `${random.pick(sayings)} request=${random.hex(16)} took ${random.int(5000)} ms`
    const line = (message: string, offset: number | undefined): SaidLine => ({ time, message, container, offset })
    if (container.kind === 'equal') {
      at.number++
      // Honest twins: the same text in the same instant, as often as it was said.
      return Array.from({ length: random.int(4) === 0 ? 2 + random.int(3) : 1 }, () =>
        line(`#${at.number} ${random.pick(sayings.slice(0, 1))}`, undefined),
      )
    }
    const message = `#${++at.number} ${words}`
    if (container.kind === 'ordinal') return [line(message, undefined)]
    const offset = at.offset
    at.offset += message.length + 45
    return [line(message, offset)]
  }

  return {
    containers,
    next() {
      const size = 100 + random.int(700)
      const lines: SaidLine[] = []
      const chosen = random.int(3) === 0 ? [random.int(4), random.int(4)] : [random.int(4)]
      while (lines.length < size) lines.push(...say(chosen[lines.length % chosen.length]!))
      return batchOf(lines, random)
    },
    rechunk(lines) {
      const batches: Batch[] = []
      for (let start = 0; start < lines.length;) {
        const size = 50 + random.int(500)
        batches.push(batchOf(lines.slice(start, start + size), random))
        start += size
      }
      return batches
    },
  }
}

function batchOf(lines: SaidLine[], random: Random): Batch {
  const records = lines.map(({ time, message, container: { namespace, pod, podUid, container }, offset }) =>
    JSON.stringify({
      time,
      namespace,
      pod,
      podUid,
      container,
      restart: 0,
      stream: 'stdout',
      message,
      ...(offset === undefined ? {} : { offset, file: '77' }),
    }),
  )
  const asJson = random.int(2) === 0
  const plain = Buffer.from(asJson ? `{"node":"node-7","records":[${records.join(',')}]}` : records.join('\n'))
  const zipped = random.int(3) === 0
  return {
    lines,
    body: zipped ? gzipSync(plain, { level: 1 }) : plain,
    headers: {
      'content-type': asJson ? 'application/json' : 'application/x-ndjson',
      ...(asJson ? {} : { 'x-afterlog-node': 'node-7' }),
      ...(zipped ? { 'content-encoding': 'gzip' } : {}),
    },
  }
}

export function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

export const sayings = [
  'heartbeat',
  'GET /v1/cart 200',
  'java.lang.IllegalStateException: the ledger is closed',
  'connection to 10.0.0.12:5432 was reset',
  'level=warn cache is cold',
  'committed offset 18231 of partition 3',
]

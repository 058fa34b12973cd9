// A node's disk as a kubelet leaves it, of any size and the same for the same seed: /var/log/pods with restarts,
// rotated and compressed siblings and links under containers, beside what `/v1/pods/{uid}/logs?container=…` must give
// back of it, to the byte.
// Run by hand: node bench/corpus.ts DIR [lines] [pods] [seed]
import { createHash } from 'node:crypto'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { createLogFiles } from './corpus/log-files.ts'
import { createSayer } from './corpus/sayings.ts'
import { createRandom, type Random } from './storage/random.ts'

export interface CorpusOptions {
  /** Root of the disk: receives var/log and etc/hostname. */
  dir: string
  lines: number
  pods: number
  /** Lives of the containers that restart most. */
  restarts?: number
  seed: number
  /** Newest time, ms since 1970. */
  untilMs: number
  /** How far back the oldest line lies. */
  hours?: number
  /** The kubelet's containerLogMaxSize. */
  rotateBytes?: number
  hostname?: string
}

/** What the service must answer for one container, all lives in order. */
export interface ExpectedContainer {
  namespace: string
  pod: string
  podUid: string
  container: string
  lines: number
  /** Of the text/plain answer: every message and a newline. */
  bytes: number
  sha256: string
}

export interface Corpus {
  containers: ExpectedContainer[]
  /** Lines as answers show them: fragments joined. */
  lines: number
  /** Records as they stand in files: fragments counted each. */
  records: number
  /** Of all log files, decompressed. */
  bytes: number
  files: number
}

export function generateCorpus({
  dir,
  lines,
  pods,
  restarts = 3,
  seed,
  untilMs,
  hours = 6,
  rotateBytes = 2 * 1024 * 1024,
  hostname = 'node-7',
}: CorpusOptions): Corpus {
  const random = createRandom(seed)
  const log = join(dir, 'var/log')
  mkdirSync(join(dir, 'etc'), { recursive: true })
  writeFileSync(join(dir, 'etc/hostname'), `${hostname}\n`)
  mkdirSync(join(log, 'containers'), { recursive: true })
  const corpus: Corpus = { containers: [], lines: 0, records: 0, bytes: 0, files: 0 }

  // A few pods say most: the first about forty times as much as the last.
  const weights = Array.from({ length: pods }, (_, i) => 1 / (i + 1) ** 0.7)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  for (let i = 0; i < pods; i++) {
    const names = podNames(i, random)
    const share = Math.max(1, Math.round((lines * weights[i]!) / total))
    for (const container of i % 4 === 0 ? ['app', 'istio-proxy'] : ['app']) {
      const count = container === 'app' && i % 4 === 0 ? Math.ceil(share * 0.7) : i % 4 === 0 ? Math.floor(share * 0.3) : share
      if (count === 0) continue
      const lives = 1 + (i % restarts)
      const said = sayContainer({
        ...names,
        container,
        count,
        lives,
        log,
        random,
        untilMs,
        spanMs: hours * 3_600_000,
        rotateBytes,
      })
      corpus.containers.push(said.expected)
      corpus.lines += said.expected.lines
      corpus.records += said.records
      corpus.bytes += said.bytes
      corpus.files += said.files
    }
  }
  return corpus
}

interface Container extends ReturnType<typeof podNames> {
  container: string
  count: number
  lives: number
  log: string
  random: Random
  untilMs: number
  spanMs: number
  rotateBytes: number
}

function sayContainer({ namespace, pod, podUid, container, count, lives, log, random, untilMs, spanMs, rotateBytes }: Container) {
  const directory = join(log, 'pods', `${namespace}_${pod}_${podUid}`, container)
  mkdirSync(directory, { recursive: true })
  const digest = createHash('sha256')
  let expectedBytes = 0
  let expectedLines = 0
  const files = createLogFiles({
    rotateBytes,
    write: (name, content, gz) => writeFileSync(join(directory, name), gz ? gzipSync(content, { level: 1 }) : content),
  })
  const sayer = createSayer({
    random,
    startMs: untilMs - spanMs,
    stepMs: spanMs / (count + 1),
    record: files.record,
    expect(message) {
      digest.update(message).update('\n')
      expectedBytes += message.length + 1
      expectedLines++
    },
  })
  for (let life = 0; life < lives; life++) {
    files.begin(life)
    const until = Math.round((count * (life + 1)) / lives)
    while (sayer.said < until) sayer.say()
    files.end()
  }
  symlinkSync(
    `/var/log/pods/${namespace}_${pod}_${podUid}/${container}/${lives - 1}.log`,
    join(log, 'containers', `${pod}_${namespace}_${container}-${random.hex(64)}.log`),
  )
  const expected: ExpectedContainer = {
    namespace,
    pod,
    podUid,
    container,
    lines: expectedLines,
    bytes: expectedBytes,
    sha256: digest.digest('hex'),
  }
  return { expected, records: files.records, bytes: files.bytes, files: files.count }
}

const namespaces = ['shop', 'payments', 'search', 'kube-system', 'monitoring']
const apps = ['cart', 'checkout', 'catalog', 'ledger', 'indexer', 'gateway', 'mailer', 'web']

function podNames(i: number, random: Random) {
  const namespace = namespaces[i % namespaces.length]!
  const app = apps[i % apps.length]!
  // A static pod has 32 hex digits for a uid; names may hold dots.
  if (i % 50 === 7) return { namespace: 'kube-system', pod: `kube-proxy-node-${i}.internal`, podUid: random.hex(32) }
  return { namespace, pod: `${app}-${random.hex(10)}-${random.hex(5)}`, podUid: random.uuid() }
}

if (import.meta.main) {
  const [dir, lines = '1000000', pods = '200', seed = '1'] = process.argv.slice(2)
  if (dir === undefined) throw new Error('usage: node bench/corpus.ts DIR [lines] [pods] [seed]')
  const started = performance.now()
  const { containers, ...figures } = generateCorpus({
    dir,
    lines: Number(lines),
    pods: Number(pods),
    seed: Number(seed),
    untilMs: Date.now() - 60_000,
  })
  writeFileSync(join(dir, 'expected.json'), JSON.stringify(containers, undefined, 1))
  process.stdout.write(
    `${JSON.stringify({ seed: Number(seed), ...figures, seconds: Math.round(performance.now() - started) / 1000 })}\n`,
  )
}

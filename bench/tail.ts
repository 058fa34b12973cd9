// Live tails under load: so many lines a second, so many subscribers with filters of their own, and one that reads slowly.
// Counts what each one missed or got twice, the time from the post of a line until its subscriber has it, and the cost.
// Run by hand: node bench/tail.ts [--rate 50000] [--subscribers 100] [--seconds 30] [--no-slow]
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { spawnService } from '#test/support/service-process.ts'
import { cpuSeconds, residentMiB } from './load/process-cost.ts'
import { quantile } from './load/quantile.ts'
import { generateTailLines, podsOfTail, wordsOfTail } from './load/tail-lines.ts'

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '50000' },
    subscribers: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '30' },
    'no-slow': { type: 'boolean', default: false },
    /** The other process: posts lines to this service. */
    generate: { type: 'string' },
  },
})
const [rate, count, seconds] = [values.rate, values.subscribers, values.seconds].map(Number) as [number, number, number]
const say = (text: string): void => void process.stdout.write(`${text}\n`)

if (values.generate !== undefined) {
  const sent = await generateTailLines({ url: values.generate, rate, seconds })
  say(JSON.stringify(sent))
  process.exit(0)
}

interface Subscriber {
  query: string
  wants(line: number): boolean
  /** How often each line came. */
  got: Uint8Array
  lagsMs: number[]
  dropped: number
  response?: http.IncomingMessage
}

const linesMax = rate * seconds + 100_000
const agent = new http.Agent({ keepAlive: true, maxSockets: Infinity })

/** Filters of different kinds, each of some 1 % of the lines. */
function filterOf(n: number): Pick<Subscriber, 'query' | 'wants'> {
  const pod = n % podsOfTail
  const word = n % wordsOfTail
  const wants = (line: number): boolean => line % podsOfTail === pod
  switch (n % 4) {
    case 0:
      return { query: `pod=tail-${pod}`, wants }
    case 1:
      return { query: `q=word${word}x`, wants: (line) => line % wordsOfTail === word }
    case 2:
      return { query: `q=${encodeURIComponent(`/pod=${pod}\\b/`)}`, wants }
    default:
      return { query: `namespace=bench&q=${encodeURIComponent(`"pod=${pod} " -absent`)}`, wants }
  }
}

async function subscribe(url: string, filter: Pick<Subscriber, 'query' | 'wants'>): Promise<Subscriber> {
  const own: Subscriber = { ...filter, got: new Uint8Array(linesMax), lagsMs: [], dropped: 0 }
  const [response] = (await once(http.get(`${url}/v1/logs/tail?${own.query}`, { agent }), 'response')) as [http.IncomingMessage]
  if (response.statusCode !== 200) throw new Error(`${own.query}: ${response.statusCode}`)
  own.response = response
  let text = ''
  response.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
    const end = text.lastIndexOf('\n\n')
    if (end < 0) return
    take(own, text.slice(0, end))
    text = text.slice(end + 2)
  })
  return own
}

function take(own: Subscriber, events: string): void {
  const now = Date.now()
  for (const [, line, sentMs] of events.matchAll(/"message":"n=(\d+) t=(\d+) /g)) {
    own.got[Number(line)]! += 1
    if (Number(line) % 16 === 0) own.lagsMs.push(now - Number(sentMs))
  }
  for (const [, lines] of events.matchAll(/^event: dropped\ndata: \{"count":(\d+)/gm)) own.dropped += Number(lines)
}

const missing = ({ got, wants, dropped }: Subscriber, sent: number): number => {
  let missed = 0
  for (let line = 0; line < sent; line++) if (wants(line) && got[line] === 0) missed += 1
  return missed - dropped
}
const repeated = ({ got }: Subscriber): number => got.reduce((sum, times) => sum + Math.max(0, times - 1), 0)
const foreign = ({ got, wants }: Subscriber): number =>
  got.reduce((sum, times, line) => sum + (times > 0 && !wants(line) ? 1 : 0), 0)

const dataDir = await mkdtemp(join(tmpdir(), 'afterlog-tail-'))
const service = spawnService({ dataDir })
try {
  const url = await service.serving
  const subscribers = await Promise.all(Array.from({ length: count }, (_, n) => subscribe(url, filterOf(n))))
  const slow = values['no-slow'] ? undefined : await subscribe(url, { query: '', wants: () => true })
  await sleep(1000)
  const reading = slow === undefined ? undefined : readSlowly(slow.response!)
  const cpuBefore = cpuSeconds(service.pid)
  const beganMs = performance.now()
  const sent = await generated(url)
  const tookS = (performance.now() - beganMs) / 1000
  const lagMetric = await metricOf(url, 'afterlog_tail_lag_seconds')
  reading?.stop()
  for (let waited = 0; waited < 60; waited++) {
    if ([...subscribers, ...(slow === undefined ? [] : [slow])].every((one) => missing(one, sent) === 0)) break
    await sleep(500)
  }
  const cpuS = cpuSeconds(service.pid) - cpuBefore
  const lags = subscribers.flatMap(({ lagsMs }) => lagsMs)
  const sum = (of: (one: Subscriber) => number): number => subscribers.reduce((total, one) => total + of(one), 0)
  say(`${sent} lines in ${tookS.toFixed(1)} s: ${Math.round(sent / tookS)} lines/s of ${rate} wanted; ${count} subscribers`)
  say(`received ${sum(({ got }) => got.reduce((a, b) => a + b, 0))}, dropped ${sum((one) => one.dropped)}`)
  say(`missed ${sum((one) => missing(one, sent))}, repeated ${sum(repeated)}, not asked for ${sum(foreign)}`)
  say(
    `post to subscriber: p50 ${Math.round(quantile(lags, 0.5))} ms, p95 ${Math.round(quantile(lags, 0.95))} ms, p99 ${Math.round(quantile(lags, 0.99))} ms, max ${Math.round(quantile(lags, 1))} ms; metric at the end ${lagMetric} s`,
  )
  if (slow !== undefined) {
    const received = slow.got.reduce((a, b) => a + b, 0)
    say(
      `slow reader: received ${received} + dropped ${slow.dropped} = ${received + slow.dropped} of ${sent}; repeated ${repeated(slow)}`,
    )
  }
  say(`service: ${cpuS.toFixed(1)} CPU s, resident ${JSON.stringify(residentMiB(service.pid))} MiB`)
} finally {
  await service[Symbol.asyncDispose]()
  await rm(dataDir, { recursive: true, force: true })
}
process.exit(0)

/** Lets some bytes through from time to time: a client that takes none at all is cut off. */
function readSlowly(response: http.IncomingMessage): { stop(): void } {
  response.pause()
  const timer = setInterval(() => {
    response.resume()
    setTimeout(() => response.pause(), 1)
  }, 500)
  return {
    stop() {
      clearInterval(timer)
      setTimeout(() => response.resume(), 50)
    },
  }
}

async function generated(url: string): Promise<number> {
  const args = ['bench/tail.ts', '--generate', url, '--rate', values.rate, '--seconds', values.seconds]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number]
  if (code !== 0) throw new Error(`the generator ended with ${code}`)
  return (JSON.parse(text) as { lines: number }).lines
}

async function metricOf(url: string, name: string): Promise<string> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1] ?? '?'
}

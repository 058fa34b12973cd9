// The worst requests of many clients, beside a normal query every 100 ms and /healthz and /readyz every 50 ms: what the
// neighbours wait, and what the process takes. Then what open tails cost, idle and with lines that arrive.
// Run by hand: node bench/queries.ts [--lines 300000] [--clients 20] [--seconds 60] [--tails 300] [--checkout DIR]
// [--seed 1]
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { root, spawnService } from '#test/support/service-process.ts'
import { makeBodies, podUid } from './load/bodies.ts'
import { post } from './load/post.ts'
import { cpuSeconds, residentMiB } from './load/process-cost.ts'
import { quantile } from './load/quantile.ts'
import { startSteadyLoad } from './load/steady-load.ts'
import { askUnread, askWorst } from './queries/worst-requests.ts'
import { createRandom } from './storage/random.ts'
import { startEnv } from './load/start-env.ts'

const { values } = parseArgs({
  options: {
    lines: { type: 'string', default: '300000' },
    clients: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '60' },
    tails: { type: 'string', default: '300' },
    /** Whose service is measured. */
    checkout: { type: 'string', default: root },
    seed: { type: 'string', default: '1' },
  },
})
const [lines, clients, seconds, tails, seed] = [values.lines, values.clients, values.seconds, values.tails, values.seed].map(
  Number,
) as [number, number, number, number, number]
const say = (text: string): void => void process.stdout.write(`${text}\n`)

const dataDir = await mkdtemp(join(tmpdir(), 'afterlog-queries-'))
const service = spawnService({ dataDir, checkout: values.checkout, env: startEnv })
try {
  const url = await service.serving
  say(`seed ${seed}: ${lines} lines, ${clients} clients, ${seconds} s`)
  await fill(url)
  await measure(url, 'alone', 5)
  await openTails(url)
  await underAttack(url, 'expressions', (n) => askWorst(url, n, 40_000))
  await underAttack(url, 'readers', async (n) => Number(await askUnread(url, n, 20_000)))
  const unread = Array.from({ length: 190 }, () => askUnread(url, 0, 20_000))
  await measure(url, '190 unread streams', 20)
  await Promise.all(unread)
  await sleep(5000)
  await measure(url, 'afterwards', 5)
} finally {
  await service[Symbol.asyncDispose]()
  await rm(dataDir, { recursive: true, force: true })
}

async function fill(url: string): Promise<void> {
  const bodies = makeBodies({ lines, pods: 200, linesPerBody: 1500, seed, untilMs: Date.now(), hours: 6 })
  const huge = Array.from({ length: 1000 }, (_, i) =>
    JSON.stringify({
      namespace: 'huge',
      pod: 'p',
      container: 'c',
      time: new Date(Date.now() - i).toISOString(),
      message: 'x'.repeat(24_000),
    }),
  ).join('\n')
  await post(url, Buffer.from(huge))
  for (const body of bodies) await post(url, body)
  await sleep(3000)
}

/** Clients that ask as fast as they are answered. */
async function underAttack(url: string, what: string, ask: (n: number) => Promise<number>): Promise<void> {
  const statuses = new Map<number, number>()
  const random = createRandom(seed)
  const untilMs = performance.now() + seconds * 1000
  const attacks = Array.from({ length: clients }, async () => {
    while (performance.now() < untilMs) {
      const status = await ask(random.int(1000))
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      await sleep(20)
    }
  })
  await measure(url, what, seconds)
  await Promise.all(attacks)
  say(`  attackers: ${tally(statuses)}`)
}

async function openTails(url: string): Promise<void> {
  const leaving = new AbortController()
  const open = async (path: string, { signal }: AbortController): Promise<void> => {
    const answer = await fetch(`${url}${path}`, { signal })
    if (answer.status !== 200) throw new Error(`a tail: ${answer.status}`)
    answer.body!.pipeTo(new WritableStream()).catch(() => undefined)
  }
  const podPath = (i: number): string => `/v1/logs/tail?podUid=${podUid(i)}`
  for (let i = 0; i < 50; i++) await open(podPath(i), leaving)
  const messages = Array.from({ length: 200 }, (_, i) => ({
    namespace: `ns${i % 10}`,
    pod: `cart-${i}`,
    podUid: podUid(i),
    container: 'app',
  }))
  let lineNumber = 0
  const load = startSteadyLoad({
    url,
    cluster: 'steady',
    path: '/v1/batches',
    rate: 1000,
    make: (count) =>
      Array.from({ length: count }, () =>
        JSON.stringify({ ...messages[lineNumber % 200], time: new Date().toISOString(), message: `line ${lineNumber++}` }),
      ).join('\n'),
  })
  await cost('50 tails of 50 pods, 1000 lines/s', 15)
  leaving.abort()
  await sleep(2000)
  const leavingAll = new AbortController()
  for (let i = 0; i < 50; i++) await open('/v1/logs/tail?namespace=ns1', leavingAll)
  await cost('50 tails of one namespace, 1000 lines/s', 15)
  leavingAll.abort()
  await sleep(2000)
  await cost('no tails, 1000 lines/s', 15)
  await load.stop()
  await sleep(10_000)
  const idle = new AbortController()
  for (let i = 0; i < tails; i++) await open(`${podPath(i)}&q=never`, idle)
  await sleep(3000)
  await cost(`${tails} idle tails`, 15)
  await measure(url, `${tails} idle tails and queries`, 10)
  idle.abort()
  await sleep(2000)
}

/** What the service takes by itself. */
async function cost(what: string, forSeconds: number): Promise<void> {
  const cpu = cpuSeconds(service.pid)
  await sleep(forSeconds * 1000)
  say(`${what}: ${((cpuSeconds(service.pid) - cpu) / forSeconds).toFixed(3)} cores`)
}

/** Asks beside whatever goes on, and says what it took. */
async function measure(url: string, what: string, forSeconds: number): Promise<void> {
  const untilMs = performance.now() + forSeconds * 1000
  const cpu = cpuSeconds(service.pid)
  const startedMs = performance.now()
  const figures = await Promise.all([
    neighbour(url, '/v1/logs?limit=100&q=timeout', 100, untilMs),
    neighbour(url, '/healthz', 50, untilMs),
    neighbour(url, '/readyz', 50, untilMs),
  ])
  const cores = (cpuSeconds(service.pid) - cpu) / ((performance.now() - startedMs) / 1000)
  const { now, peak } = residentMiB(service.pid)
  say(`${what}: ${cores.toFixed(2)} cores, ${now} MiB resident, ${peak} at most`)
  for (const figure of figures) say(`  ${figure}`)
}

async function neighbour(url: string, path: string, everyMs: number, untilMs: number): Promise<string> {
  const tookMs: number[] = []
  const statuses = new Map<number, number>()
  while (performance.now() < untilMs) {
    const startedMs = performance.now()
    const status = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(60_000) }).then(
      async (answer) => {
        await answer.arrayBuffer()
        return answer.status
      },
      () => 0,
    )
    tookMs.push(performance.now() - startedMs)
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
    await sleep(Math.max(0, everyMs - (performance.now() - startedMs)))
  }
  const at = (share: number): string => `${Math.round(quantile(tookMs, share))} ms`
  return `${path}: p50 ${at(0.5)}, p99 ${at(0.99)}, max ${at(1)} (${tally(statuses)})`
}

/** `200 x 31, 503 x 2` */
function tally(statuses: ReadonlyMap<number | string, number>): string {
  return [...statuses].map(([status, count]) => `${status} x ${count}`).join(', ')
}

// The worst bodies, posted by 20 clients for a minute: each client picks one after the other from bodies/worst.ts while
// a second process asks /healthz every 20 ms. Prints statuses, p50, p99 and most of /healthz, and the peak of resident
// memory. Ends with 1 where /healthz p99 is above 200 ms or memory above 1.5 GB, where the service ended, or where
// lines of an acknowledged body are missing. Bodies of one kind are equal, so their lines are stored once; each kind is
// a tenant of its own, whose lines are counted at the end.
// Run by hand: node bench/bodies.ts [--clients 20] [--seconds 60] [--seed 1] [--only deep] [--checkout DIR]
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { fileURLToPath } from 'node:url'
import { root, spawnService } from '#test/support/service-process.ts'
import { type WorstBody, worstBodies } from './bodies/worst.ts'
import { postOnce } from './load/post.ts'
import { cpuSeconds, residentMiB } from './load/process-cost.ts'
import { quantile } from './load/quantile.ts'
import { startEnv } from './load/start-env.ts'
import { createRandom } from './storage/random.ts'

const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    checkout: { type: 'string', default: root },
  },
})
const limits = { healthMsP99: 200, residentMiB: 1536 }
const say = (text: string): void => void process.stdout.write(`${text}\n`)

const random = createRandom(Number(values.seed))
const bodies = worstBodies(new Date(Date.now() - 60_000).toISOString()).filter(({ name }) => name.includes(values.only))
const dataDir = await mkdtemp(join(tmpdir(), 'afterlog-bodies-'))
const service = spawnService({ dataDir, checkout: values.checkout, env: startEnv })
const problems: string[] = []
let ended = ''
void service.exited.then(({ code, signal }) => (ended = `the service ended: ${code ?? signal}`))
try {
  const url = await service.serving
  say(`seed ${values.seed}, ${bodies.length} kinds of bodies, ${values.clients} clients, ${values.seconds} s`)
  const health = spawn(process.execPath, [fileURLToPath(new URL('bodies/watch-health.ts', import.meta.url)), url], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const healthMs: number[] = []
  createInterface({ input: health.stdout }).on('line', (line) => healthMs.push(Number(line)))
  const answers = new Map<string, number>()
  const acknowledged = new Set<WorstBody>()
  const untilMs = performance.now() + Number(values.seconds) * 1000
  await Promise.all(Array.from({ length: Number(values.clients) }, () => client(url, untilMs, { answers, acknowledged })))
  health.stdin.end()
  await once(health, 'close')
  if (ended === '') {
    report(answers, healthMs)
    await checkStored(url, acknowledged)
  } else problems.push(ended, service.stderr().slice(-2000))
} finally {
  await service[Symbol.asyncDispose]()
  await rm(dataDir, { recursive: true, force: true })
}
for (const problem of problems) say(`WRONG: ${problem}`)
process.exitCode = problems.length === 0 ? 0 : 1

interface Results {
  answers: Map<string, number>
  acknowledged: Set<WorstBody>
}

async function client(url: string, untilMs: number, { answers, acknowledged }: Results): Promise<void> {
  while (performance.now() < untilMs && ended === '') {
    const body = random.pick(bodies)
    const headers = { 'content-type': body.type, 'content-encoding': body.encoding, 'x-scope-orgid': tenantOf(body) }
    const { status } = await postOnce(url, body.body, headers, body.path).catch(() => ({ status: 0 }))
    const key = `${body.name}: ${status === 0 ? 'connection lost' : status}`
    answers.set(key, (answers.get(key) ?? 0) + 1)
    if (status === 200) acknowledged.add(body)
    if (status === 429 || status === 503 || status === 0) await sleep(1000)
  }
}

function tenantOf(body: WorstBody): string {
  return `kind-${bodies.indexOf(body)}`
}

function report(answers: ReadonlyMap<string, number>, healthMs: readonly number[]): void {
  for (const [key, count] of [...answers].toSorted(([a], [b]) => a.localeCompare(b))) say(`${String(count).padStart(6)}  ${key}`)
  const [p50, p99, most] = [0.5, 0.99, 1].map((share) => quantile(healthMs, share))
  const { now, peak } = residentMiB(service.pid)
  say(`/healthz: ${healthMs.length} answers, p50 ${p50} ms, p99 ${p99} ms, most ${most} ms`)
  say(`resident: ${peak} MiB at most, ${now} MiB now; ${cpuSeconds(service.pid).toFixed(0)} CPU s`)
  if (p99! > limits.healthMsP99) problems.push(`/healthz p99 is ${p99} ms, of at most ${limits.healthMsP99}`)
  if (peak > limits.residentMiB) problems.push(`${peak} MiB were resident, of at most ${limits.residentMiB}`)
}

async function checkStored(url: string, acknowledged: ReadonlySet<WorstBody>): Promise<void> {
  for (const body of acknowledged) {
    if (body.lines === 0) continue
    const answer = await fetch(`${url}/v1/logs/histogram`, { headers: { 'x-scope-orgid': tenantOf(body) } })
    const { buckets = [] } = (await answer.json()) as { buckets?: { total: number }[] }
    const lines = buckets.reduce((sum, { total }) => sum + total, 0)
    if (lines !== body.lines)
      problems.push(`${body.name}: ${lines} lines are stored, of ${body.lines} acknowledged (${answer.status})`)
  }
  say(`${acknowledged.size} kinds were acknowledged, and their lines counted`)
}

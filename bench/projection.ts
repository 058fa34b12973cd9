// How soon a change is in the list of pods, and what it costs: changes at a set rate, first with nobody asking, which
// gives the CPU of a change, then with a list asked for again and again, which gives the lag. Then all records are
// made from nothing.
// Run by hand: node bench/projection.ts [--changes-per-second 200] [--seconds 60] [--rest-seconds 900]
//   [--data-dir DIR] [--checkout DIR] [--json FILE]
// `--data-dir` takes a directory that bench/pods.ts has loaded; without one the store is empty.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { root, spawnService } from '#test/support/service-process.ts'
import { cpuSeconds } from './load/process-cost.ts'
import { quantile } from './load/quantile.ts'
import { startSteadyLoad, type SteadyLoad } from './load/steady-load.ts'
import { ask, cpuAtRest } from './pods/measure.ts'
import { createChanges, objectOf, type Change } from './pods/steady.ts'

const { values } = parseArgs({
  options: {
    'changes-per-second': { type: 'string', default: '200' },
    seconds: { type: 'string', default: '60' },
    'rest-seconds': { type: 'string', default: '900' },
    'data-dir': { type: 'string' },
    checkout: { type: 'string', default: root },
    json: { type: 'string' },
  },
})
const [rate, seconds, restSeconds] = [values['changes-per-second'], values.seconds, values['rest-seconds']].map(Number) as [
  number,
  number,
  number,
]
const say = (text: string): void => void process.stdout.write(`${text}\n`)
const env = { AFTERLOG_LOG_LEVEL: 'info', AFTERLOG_RETENTION: 'default=60d' }
/** Of one change in so many the list is asked whether it is there. */
const sampleEvery = 4
/** The list takes so many uids. */
const pendingMax = 100
const shownWithinMs = 30_000

interface Pending extends Change {
  acknowledgedMs: number
}

interface Row {
  uid: string
  restarts: number
  diedAt: string | null
  containers: { lives: { finishedAt: string | null }[] }[]
}

const dataDir = values['data-dir'] ?? (await mkdtemp(join(tmpdir(), 'afterlog-projection-')))
try {
  const figures = await measureChanges()
  say(JSON.stringify(figures, null, 2))
  const rebuild = await timeRebuild()
  if (values.json !== undefined) await writeFile(values.json, JSON.stringify({ figures, rebuild }, null, 2))
} finally {
  if (values['data-dir'] === undefined) await rm(dataDir, { recursive: true, force: true })
}

async function measureChanges(): Promise<object> {
  await using service = spawnService({ dataDir, checkout: values.checkout, env })
  const url = await service.serving
  await rest(service.pid)
  const run = Math.floor(Date.now() / 1000)
  say(`run ${run}: ${rate} changes a second for ${seconds} s, nobody asks; load average ${loadavg()[0]!.toFixed(1)}`)
  const beside = await cpuAtRest(service.pid, 5000)
  const [cpuBefore, startedMs] = [cpuSeconds(service.pid), performance.now()]
  const quiet = startChanges(url, run, () => undefined)
  await sleep(seconds * 1000)
  const { accepted } = await quiet.stop()
  await rest(service.pid)
  const cpu = cpuSeconds(service.pid) - cpuBefore - (beside * (performance.now() - startedMs)) / 1000
  say(`the same, and the list is asked`)
  return {
    changes: accepted,
    cpuMsPerChange: Number(((cpu * 1000) / accepted).toFixed(2)),
    ...(await measureLag(url, run - 1)),
    loadAverage: loadavg()[0],
  }
}

function startChanges(url: string, run: number, acknowledged: (changes: Change[], atMs: number) => void): SteadyLoad {
  // Each pod changes every three seconds.
  const next = createChanges(run, rate * 3)
  let changes: Change[] = []
  return startSteadyLoad({
    url,
    cluster: 'prod-eu',
    path: '/v1/lifecycle',
    rate,
    make: (count) => {
      changes = Array.from({ length: count }, next)
      return changes.map((change) => `${JSON.stringify(objectOf(change))}\n`).join('')
    },
    acknowledged: (atMs) => acknowledged(changes, atMs),
  })
}

async function measureLag(url: string, run: number): Promise<object> {
  const pending = new Map<string, Pending>()
  const [lagMs, pollMs]: [number[], number[]] = [[], []]
  let [late, failed, number] = [0, 0, 0]
  const changes = startChanges(url, run, (acknowledged, acknowledgedMs) => {
    for (const change of acknowledged)
      if (number++ % sampleEvery === 0 && pending.size < pendingMax && !pending.has(change.pod.uid))
        pending.set(change.pod.uid, { ...change, acknowledgedMs })
  })
  const poll = async (): Promise<void> => {
    const query = [...pending.keys()].map((uid) => `uid=${uid}`).join('&')
    const beganMs = performance.now()
    const { ok, text } = await ask(`${url}/v1/pods?limit=${pendingMax}&${query}`)
    const nowMs = performance.now()
    pollMs.push(nowMs - beganMs)
    if (!ok && failed++ === 0) say(`the list failed: ${text.slice(0, 300)}`)
    const rows = new Map(ok ? (JSON.parse(text) as { pods: Row[] }).pods.map((row) => [row.uid, row]) : [])
    for (const [uid, change] of pending) {
      const isThere = shows(rows.get(uid), change.step)
      // Acknowledged while the list was on its way: the next answer tells.
      if (isThere) lagMs.push(Math.max(0, nowMs - change.acknowledgedMs))
      else if (nowMs - change.acknowledgedMs > shownWithinMs) late += 1
      else continue
      pending.delete(uid)
    }
  }
  const untilMs = performance.now() + seconds * 1000
  const isOver = (): boolean => performance.now() > untilMs
  for (let stopped: Promise<unknown> | undefined; !isOver() || pending.size > 0;) {
    if (isOver()) stopped ??= changes.stop()
    if (pending.size > 0) await poll()
    await sleep(25)
  }
  const { accepted, seconds: took, refused } = await changes.stop()
  const [p50, p99, max] = [0.5, 0.99, 1].map((share) => Math.round(quantile(lagMs, share)))
  const [pollP50Ms, pollP99Ms] = [0.5, 0.99].map((share) => Math.round(quantile(pollMs, share)))
  const perSecond = Math.round(accepted / took)
  return { perSecond, refused, samples: lagMs.length, lagMs: { p50, p99, max }, notWithin30s: late, failed, pollP50Ms, pollP99Ms }
}

/** Whether the list tells of a change, or of a later one of that pod. */
function shows(row: Row | undefined, step: number): boolean {
  if (row === undefined) return false
  if (step === 1) return row.restarts > 0 || row.containers[0]?.lives[0]?.finishedAt != null
  if (step === 4) return row.diedAt !== null && row.restarts >= 2
  return row.restarts >= step - 1
}

/** Until the process uses less than a fifth of a core for five seconds. */
async function rest(pid: number): Promise<void> {
  const untilMs = performance.now() + restSeconds * 1000
  while (performance.now() < untilMs) if ((await cpuAtRest(pid, Math.min(5000, restSeconds * 1000))) < 0.2) return
  say('the process did not come to rest: figures are beside that work')
}

async function timeRebuild(): Promise<object | undefined> {
  const { scripts } = JSON.parse(await readFile(join(values.checkout, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  if (scripts['project'] === undefined) {
    say('ABSENT: package.json has no script "project", so no rebuild was measured')
    return undefined
  }
  const startedMs = performance.now()
  // `times` prints the CPU of the shell's children in its second line.
  const shell = spawn('sh', ['-c', 'npm run -s project -- --rebuild >&2; code=$?; times; exit $code'], {
    cwd: values.checkout,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env, AFTERLOG_DATA_DIR: dataDir },
  })
  let times = ''
  shell.stdout.on('data', (text: Buffer) => (times += text.toString()))
  const [code] = (await once(shell, 'close')) as [number]
  const rebuild = { seconds: Math.round((performance.now() - startedMs) / 1000), code, cpu: times.trim().split('\n')[1] }
  say(`rebuild: ${JSON.stringify(rebuild)}`)
  return rebuild
}

// Many lines in one dead pod, then their day expires by a shorter rule: time until it is dropped, the most memory, and
// whether lists and posts are answered meanwhile. The pod must still say how many lines it had.
// Run by hand: node bench/expiry.ts [--million-lines 50] [--seconds-max 3600] [--query-memory-bytes N]
//   [--data-dir DIR] [--checkout DIR]
// A directory that was loaded is used again while its day is younger than 14 days: run on a copy, since the day goes.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { root, spawnService } from '#test/support/service-process.ts'
import { post, postOnce } from './load/post.ts'
import { cpuSeconds, residentMiB } from './load/process-cost.ts'
import { quantile } from './load/quantile.ts'
import { objectsOf } from './pods/kubernetes-objects.ts'
import { ask } from './pods/measure.ts'
import { plainPod, type Pod } from './pods/population.ts'
import { startEnv } from './load/start-env.ts'

const { values } = parseArgs({
  options: {
    'million-lines': { type: 'string', default: '50' },
    'seconds-max': { type: 'string', default: '3600' },
    'query-memory-bytes': { type: 'string' },
    'data-dir': { type: 'string' },
    checkout: { type: 'string', default: root },
  },
})
const lines = Number(values['million-lines']) * 1e6
const say = (text: string): void => void process.stdout.write(`${text}\n`)
const elapsed = (sinceMs: number): number => Math.round((performance.now() - sinceMs) / 1000)
const linesPerBody = 120_000
const dayMs = 86_400_000
const headers = { 'x-afterlog-cluster': 'prod-eu' }
const env = {
  AFTERLOG_LOG_LEVEL: 'info',
  ...startEnv,
  ...(values['query-memory-bytes'] === undefined ? {} : { AFTERLOG_QUERY_MEMORY_BYTES: values['query-memory-bytes'] }),
}

interface Loaded {
  bornMs: number
  lines: number
}

const dataDir = values['data-dir'] ?? (await mkdtemp(join(tmpdir(), 'afterlog-expiry-')))
try {
  await mkdir(dataDir, { recursive: true })
  const loaded = await loadOnce()
  await expire(loaded)
} finally {
  if (values['data-dir'] === undefined) await rm(dataDir, { recursive: true, force: true })
}

/** The large pod, and a hundred small ones of the same day. */
function podsOf({ bornMs, lines: count }: Loaded): { large: Pod; small: Pod[] } {
  const make = (number: number, ofPod: number): Pod =>
    plainPod(number, { bornMs, endedMs: bornMs + 22 * 3_600_000, lines: ofPod, ending: 'crashed' })
  return { large: make(0, count), small: Array.from({ length: 100 }, (_, i) => make(i + 1, 100)) }
}

async function loadOnce(): Promise<Loaded> {
  const mark = join(dataDir, 'expiry.json')
  if (existsSync(mark)) return JSON.parse(readFileSync(mark, 'utf8')) as Loaded
  const loaded = { bornMs: Math.floor(Date.now() / dayMs) * dayMs - 3 * dayMs + 3_600_000, lines }
  const { large, small } = podsOf(loaded)
  await using service = spawnService({ dataDir, checkout: values.checkout, env })
  const url = await service.serving
  const objects = [large, ...small].flatMap((pod) => objectsOf(pod)).map((object) => `${JSON.stringify(object)}\n`)
  await post(url, Buffer.from(objects.join('')), headers, '/v1/lifecycle')
  const startedMs = performance.now()
  let accepted = 0
  const progress = setInterval(() => say(`  ${elapsed(startedMs)} s: ${accepted} lines`), 15_000)
  const bodies = bodiesOf([large, ...small])
  const send = async (): Promise<void> => {
    for (const body of bodies) accepted += await post(url, body, headers)
  }
  try {
    await Promise.all([send(), send(), send()])
  } finally {
    clearInterval(progress)
  }
  say(`${accepted} lines loaded in ${elapsed(startedMs)} s, ${cpuSeconds(service.pid).toFixed(0)} CPU s`)
  service.kill('SIGTERM')
  await service.exited
  writeFileSync(mark, JSON.stringify(loaded))
  return loaded
}

function* bodiesOf(pods: readonly Pod[]): Generator<Buffer> {
  let [body, count] = ['', 0]
  for (const pod of pods)
    for (let line = 0; line < pod.lives[0]!.lines; line++) {
      body += lineOf(pod, line)
      if (++count % linesPerBody !== 0) continue
      yield Buffer.from(body)
      body = ''
    }
  if (body !== '') yield Buffer.from(body)
}

function lineOf({ namespace, name, uid, lives }: Pod, line: number): string {
  const { lines: count, startedMs } = lives[0]!
  const ms = startedMs + (line * 21 * 3_600_000) / count
  const time = `${new Date(ms).toISOString().slice(0, 23)}${String(line % 1_000_000).padStart(6, '0')}Z`
  const message = `level=info order=${String(line).padStart(10, '0')} handled, cart ${(line * 2_654_435_761) % 99_991} is paid`
  const path = `/var/log/pods/${namespace}_${name}_${uid}/app/0.log`
  return `{"path":"${path}","offset":${line * 110},"length":110,"file":"f","cri":"${time} stdout F ${message}"}\n`
}

async function expire(loaded: Loaded): Promise<void> {
  const { large, small } = podsOf(loaded)
  await using service = spawnService({ dataDir, checkout: values.checkout, env })
  const url = await service.serving
  say(`before: ${(await ask(`${url}/v1/retention`)).text.slice(0, 600)}`)
  say(`resident ${residentMiB(service.pid).now} MiB, load average ${loadavg()[0]!.toFixed(1)}`)
  writeFileSync(`/proc/${service.pid}/clear_refs`, '5')
  const [cpuBefore, startedMs] = [cpuSeconds(service.pid), performance.now()]
  const put = await fetch(`${url}/v1/retention`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ rules: { default: '1d' } }),
  })
  if (!put.ok) throw new Error(`PUT /v1/retention: ${put.status} ${await put.text()}`)
  const listMs: number[] = []
  const postMs: number[] = []
  let [failed, refused, isDropped, reason] = [0, 0, false, '']
  for (let number = 0; !isDropped && elapsed(startedMs) < Number(values['seconds-max']); number++) {
    const listedMs = performance.now()
    if (!(await ask(`${url}/v1/pods`)).ok) failed += 1
    listMs.push(performance.now() - listedMs)
    const postedMs = performance.now()
    const record = { time: new Date().toISOString(), namespace: 'live', pod: 'live', container: 'app', message: `n${number}` }
    if ((await postOnce(url, Buffer.from(JSON.stringify(record)), headers)).status !== 200) refused += 1
    postMs.push(performance.now() - postedMs)
    const { ok, text } = await ask(`${url}/v1/retention`)
    if (ok) {
      const today = new Date(Date.now() - dayMs).toISOString().slice(0, 10)
      const { stored, overdue } = JSON.parse(text) as { stored: { class: string; firstDay: string }[]; overdue: unknown[] }
      isDropped = stored.every((one) => one.class !== 'default' || one.firstDay.slice(0, 10) >= today)
      if (JSON.stringify(overdue) !== reason)
        say(`  ${elapsed(startedMs)} s: overdue ${(reason = JSON.stringify(overdue)).slice(0, 400)}`)
    }
    await sleep(1000)
  }
  const cpu = cpuSeconds(service.pid) - cpuBefore
  say(
    isDropped
      ? `dropped after ${elapsed(startedMs)} s, ${cpu.toFixed(0)} CPU s`
      : `NOT DROPPED after ${elapsed(startedMs)} s, ${cpu.toFixed(0)} CPU s`,
  )
  say(`resident at the peak meanwhile ${residentMiB(service.pid).peak} MiB`)
  const describe = (ms: readonly number[]): string =>
    `p50 ${quantile(ms, 0.5).toFixed(0)} ms, max ${quantile(ms, 1).toFixed(0)} ms`
  say(`meanwhile ${listMs.length} lists: ${describe(listMs)}, ${failed} failed; posts: ${describe(postMs)}, ${refused} refused`)
  for (const pod of [large, small[0]!]) {
    const { ok, text } = await ask(`${url}/v1/pods/${pod.uid}`)
    const counted = ok ? (JSON.parse(text) as { lines: number }).lines : text.slice(0, 200)
    const expected = pod.lives[0]!.lines
    say(`${pod.name} had ${expected} lines, and says ${counted}${counted === expected ? '' : ': WRONG'}`)
    if (counted !== expected) process.exitCode = 1
  }
  if (!isDropped) process.exitCode = 1
}

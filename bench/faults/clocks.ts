// `npm run test:clocks -- --jumps 20 --seed N`: a clock that jumps by an hour to 400 days, ahead and back, while the
// service runs and between its starts. Nothing that was acknowledged may be lost, lists must have every pod once the
// clock is right again, and what has truly expired must go. Decision 0011. Needs libfaketime (the package faketime).
import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { post, record } from '#test/support/lines.ts'
import { spawnService, type ServiceProcess } from '#test/support/service-process.ts'
import { createRandom } from '../storage/random.ts'

const { values } = parseArgs({
  options: {
    jumps: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e6)) },
  },
})
const seed = Number(values.seed)
const random = createRandom(seed)
const work = join(tmpdir(), `afterlog-clocks-${process.pid}`)
const dataDir = join(work, 'data')
const clockFile = join(work, 'clock')
const say = (text: string): void => void process.stdout.write(`${text}\n`)

const libraries = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/lib'].map(
  (dir) => `${dir}/faketime/libfaketimeMT.so.1`,
)
const library = libraries.find((path) => existsSync(path))

const dayMs = 86_400_000
const hours = [1, 6, 23, 24, 25, 72, 200, 16 * 24, 30 * 24, 90 * 24, 400 * 24]
/** By day: lines of so many days ago; default=14d keeps all of them. */
const ages = [0, 1, 2, 5, 12]
/** Expiry looks every five seconds: this is two looks and more. */
const jumpMs = 12_000

interface Said {
  message: string
  podUid: string
  daysAgo: number
}
const acknowledged: Said[] = []
let rejected = 0
const faults: string[] = []

/** `offset`: such as +720h, which libfaketime reads as hours; `rate`: how fast the clock goes. */
const setClock = (offset: string, rate = 1): Promise<void> => writeFile(clockFile, rate === 1 ? offset : `${offset} x${rate}`)

function start(isMonotonicTrue: boolean): ServiceProcess {
  const env = {
    LD_PRELOAD: library!,
    FAKETIME_TIMESTAMP_FILE: clockFile,
    FAKETIME_NO_CACHE: '1',
    ...(isMonotonicTrue ? { FAKETIME_DONT_FAKE_MONOTONIC: '1' } : {}),
    AFTERLOG_RETENTION: 'default=14d',
  }
  return spawnService({ dataDir, env })
}

/** Lines of every age, each batch of a pod of its own. */
async function sayLines(url: string, name: string): Promise<void> {
  for (const daysAgo of ages) {
    const podUid = `${name}-${daysAgo}`
    const said = Array.from({ length: 20 }, (_, i): Said => ({ message: `${podUid} ${i}`, podUid, daysAgo }))
    const records = said.map(({ message }, i) =>
      record(message, { pod: podUid, podUid, offset: i, time: new Date(Date.now() - daysAgo * dayMs - 60_000).toISOString() }),
    )
    const answer = await post({ url, tenant: 'default' }, records).catch(() => undefined)
    if (answer?.status === 200 && answer.body['rejected'] === 0) acknowledged.push(...said)
    else rejected += records.length
  }
}

/** A connection whose timers a jump has ended is opened again. */
async function get(url: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, { headers }).catch(async () => {
    await sleep(1000)
    return fetch(url, { headers })
  })
}

async function storedLines(url: string): Promise<Set<string>> {
  const response = await get(`${url}/v1/logs?order=asc&prefix=false`, { accept: 'text/plain' })
  if (response.status !== 200) throw new Error(`GET /v1/logs: ${response.status} ${await response.text()}`)
  return new Set((await response.text()).split('\n'))
}

async function listedPods(url: string): Promise<Set<string>> {
  const uids = new Set<string>()
  for (let page = '/v1/pods?limit=1000'; page !== '';) {
    const body = (await (await get(`${url}${page}`)).json()) as { pods: { uid: string }[]; next: string | null }
    for (const { uid } of body.pods) uids.add(uid)
    page = body.next === null ? '' : `/v1/pods?limit=1000&cursor=${encodeURIComponent(body.next)}`
  }
  return uids
}

/** Once the clock is right. */
async function verify(url: string, after: string): Promise<void> {
  const stored = await storedLines(url)
  const lost = acknowledged.filter(({ message }) => !stored.has(message))
  if (lost.length > 0) faults.push(`${after}: ${lost.length} of ${acknowledged.length} lines lost, first ${lost[0]!.message}`)
  const pods = new Set(acknowledged.map(({ podUid }) => podUid))
  let missing: string[] = []
  for (let tries = 0; tries < 30; tries++) {
    const listed = await listedPods(url)
    missing = [...pods].filter((uid) => !listed.has(uid))
    if (missing.length === 0) return
    await sleep(1000)
  }
  faults.push(`${after}: ${missing.length} of ${pods.size} pods are in no list, first ${missing[0]!}`)
}

async function stop(service: ServiceProcess, isKilled: boolean): Promise<void> {
  service.kill(isKilled ? 'SIGKILL' : 'SIGTERM')
  await service.exited
}

async function jump(number: number): Promise<void> {
  const offset = `${random.int(2) === 0 ? '+' : '-'}${random.pick(hours)}h`
  const isRunning = random.int(2) === 0
  // Timers of a process whose monotonic clock goes back would wait for as long, and no real one does.
  const isMonotonicTrue = random.int(2) === 0 || isRunning
  const isKilled = random.int(2) === 0
  const name = `jump ${number}: ${offset} ${isRunning ? 'while running' : 'between starts'}`
  await setClock('+0')
  if (isRunning) {
    await using service = start(isMonotonicTrue)
    const url = await service.serving
    await sleep(6000)
    await setClock(offset)
    await sayLines(url, `j${number}`)
    await sleep(jumpMs)
    await setClock('+0')
    await sayLines(url, `after-${number}`)
    await verify(url, name)
    await stop(service, isKilled)
  } else {
    await setClock(offset)
    {
      await using service = start(isMonotonicTrue)
      const url = await service.serving
      await sayLines(url, `j${number}`)
      await sleep(jumpMs)
      await stop(service, isKilled)
    }
    await setClock('+0')
    await using service = start(isMonotonicTrue)
    const url = await service.serving
    await sayLines(url, `after-${number}`)
    await verify(url, name)
    await stop(service, isKilled)
  }
  say(`${name}${isMonotonicTrue ? '' : ', the monotonic clock too'}${isKilled ? ', killed' : ''}: ${faults.length} faults so far`)
  if (faults.length > 0) say(`    the last one: ${faults.at(-1)!}`)
}

async function put(url: string, days: string): Promise<void> {
  const response = await fetch(`${url}/v1/retention`, {
    method: 'PUT',
    body: JSON.stringify({ rules: { default: days } }),
    headers: { 'content-type': 'application/json' },
  })
  if (response.status !== 200) faults.push(`PUT /v1/retention: ${response.status} ${await response.text()}`)
}

/**
 * How fast the clock goes where an hour has to pass: five minutes. Deadlines of the service are as much nearer, and a
 * pause of this machine is longer by as much, which is not believed where it is longer than a minute.
 */
const fast = 12

/** Days that have ended go soon after a PUT; those that end by a store that was off go after the second look. */
async function trueExpiry(): Promise<void> {
  await setClock('+0')
  {
    await using service = start(false)
    const url = await service.serving
    await put(url, '4d')
    // After a jump back the right clock is ahead of what the store knows: it is believed after an hour.
    await setClock('+0', fast)
    await until('lines of 5 and 12 days ago expire after a PUT', async () => {
      const stored = await storedLines(url).catch(() => undefined)
      return acknowledged.every(({ message, daysAgo }) => stored?.has(message) === daysAgo < 4)
    })
    await stop(service, false)
  }
  await setClock('+720h')
  await using service = start(false)
  const url = await service.serving
  await sleep(jumpMs)
  const early = await storedLines(url)
  const dropped = acknowledged.filter(({ message, daysAgo }) => daysAgo < 4 && !early.has(message))
  if (dropped.length > 0) faults.push(`a store that was off for 30 days drops ${dropped.length} lines before the second look`)
  await setClock('+720h', fast)
  await until('after 30 days off, everything expires at the second look', async () => {
    const stored = await storedLines(url).catch(() => undefined)
    return stored !== undefined && acknowledged.every(({ message }) => !stored.has(message))
  })
}

async function until(what: string, isTrue: () => Promise<boolean>): Promise<void> {
  const startedMs = performance.now()
  while (performance.now() - startedMs < 600_000) {
    if (await isTrue()) return say(`${what}: ${Math.round((performance.now() - startedMs) / 1000)} s`)
    await sleep(1000)
  }
  faults.push(`${what}: not within ten minutes`)
}

async function campaign(): Promise<number> {
  await mkdir(dataDir, { recursive: true })
  say(`seed ${seed}: node bench/faults/clocks.ts --jumps ${values.jumps} --seed ${seed}`)
  await setClock('+0')
  {
    // Without libfaketime, under which migrations take minutes.
    await using service = spawnService({ dataDir })
    await sayLines(await service.serving, 'first')
    await stop(service, false)
  }
  for (let number = 1; number <= Number(values.jumps); number++) await jump(number)
  say(`${acknowledged.length} lines acknowledged, ${rejected} refused with a reason under a wrong clock`)
  await trueExpiry()
  for (const fault of faults) say(`FAULT ${fault}`)
  say(faults.length === 0 ? 'nothing acknowledged was lost' : `${faults.length} FAULTS`)
  return faults.length === 0 ? 0 : 1
}

if (library === undefined) {
  process.stderr.write(
    '\n*** NOT RUN: libfaketime is not installed here, so no clock can jump (apt-get install faketime) ***\n\n',
  )
  process.exitCode = 1
} else
  try {
    process.exitCode = await campaign()
  } finally {
    await rm(work, { recursive: true, force: true })
  }

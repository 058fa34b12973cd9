// A disk filled to the last byte: the service must recover by itself once days expire, and every acknowledged line of
// the days that stay must be there once. Two rounds: the rule is made shorter by PUT, and by a restart with another
// AFTERLOG_RETENTION.
// Run by hand, as root: node bench/disk-full.ts [--mib 192] [--wait-seconds 180] [--by put|restart] [--checkout DIR]
// Ends with 1 where it did not recover or lost a line, with 2 where no small file system could be mounted.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmdirSync, statfsSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { root, spawnService, type ServiceProcess } from '#test/support/service-process.ts'
import { postOnce } from './load/post.ts'
import { objectsOf } from './pods/kubernetes-objects.ts'
import { ask } from './pods/measure.ts'
import { plainPod, type Pod } from './pods/population.ts'

const { values } = parseArgs({
  options: {
    mib: { type: 'string', default: '192' },
    'wait-seconds': { type: 'string', default: '180' },
    by: { type: 'string' },
    checkout: { type: 'string', default: root },
  },
})
const say = (text: string): void => void process.stdout.write(`${text}\n`)
const dayMs = 86_400_000
const todayMs = Math.floor(Date.now() / dayMs) * dayMs
/** Days ago; those of more than two expire with a rule of two days. */
const daysAgo = [4, 3, 2, 1] as const
const longRule = 'default=14d'
const shortRule = 'default=2d'
const headers = { 'x-afterlog-cluster': 'full' }

interface Disk extends Disposable {
  at: string
}

interface Acknowledged {
  pod: Pod
  daysAgo: number
  numbers: number[]
}

let isWell = true
for (const by of ['put', 'restart'] as const) {
  if (values.by !== undefined && values.by !== by) continue
  using disk = mountDisk(Number(values.mib))
  if (disk === undefined) {
    say('CANNOT MOUNT a tmpfs here: nothing was measured. Run it as root on Linux, where mount is allowed.')
    process.exitCode = 2
    break
  }
  say(`\n${values.mib} MiB, the rule is made shorter by ${by}`)
  isWell = (await round(disk.at, by)) && isWell
}
if (!isWell) process.exitCode = 1

async function round(at: string, by: 'put' | 'restart'): Promise<boolean> {
  const dataDir = join(at, 'data')
  const start = (retention: string): ServiceProcess =>
    spawnService({ dataDir, checkout: values.checkout, env: { AFTERLOG_LOG_LEVEL: 'info', AFTERLOG_RETENTION: retention } })
  await using first = start(longRule)
  const url = await first.serving
  const acknowledged = await fillByPosting(url)
  await writeUntilFull(join(at, 'ballast'))
  const total = acknowledged.reduce((sum, { numbers }) => sum + numbers.length, 0)
  say(`full: ${total} lines acknowledged, ${freeBytes(at)} bytes free; lists answer: ${(await ask(`${url}/v1/pods`)).ok}`)
  const startedMs = performance.now()
  const seconds = (): string => ((performance.now() - startedMs) / 1000).toFixed(1)
  if (by === 'put') {
    let refusal = ''
    const hasTaken = await until(async () => (refusal = await shorten(url)) === '', 30_000)
    say(hasTaken ? `PUT /v1/retention is taken after ${seconds()} s` : `PUT /v1/retention is REFUSED for 30 s: ${refusal}`)
    return hasTaken ? await recovered(first, url, at, acknowledged, seconds) : false
  }
  first.kill('SIGTERM')
  const killing = setTimeout(() => first.kill('SIGKILL'), 30_000)
  const { code, signal } = await first.exited
  clearTimeout(killing)
  say(`stopped (${code ?? signal}) after ${seconds()} s`)
  await using second = start(shortRule)
  try {
    const waitMs = Number(values['wait-seconds']) * 1000
    const waiting = sleep(waitMs, undefined, { ref: false }).then(() => undefined)
    const served = await Promise.race([second.serving, waiting])
    if (served === undefined) throw new Error(`it does not serve within ${values['wait-seconds']} s`)
    return await recovered(second, served, at, acknowledged, seconds)
  } catch (error) {
    say(`NOT STARTED on a full disk: ${String(error).slice(0, 500)}`)
    return false
  }
}

/** Posts of all days in turn, smaller ones where larger are refused, until the smallest is refused five times. */
async function fillByPosting(url: string): Promise<Acknowledged[]> {
  const acknowledged = daysAgo.map((ago, i) => {
    const bornMs = todayMs - ago * dayMs + 3_600_000
    const pod = plainPod(i, { bornMs, endedMs: bornMs + 20 * 3_600_000, lines: 0, ending: 'crashed' })
    return { pod, daysAgo: ago, numbers: [] as number[] }
  })
  const objects = acknowledged.flatMap(({ pod }) => objectsOf(pod)).map((object) => `${JSON.stringify(object)}\n`)
  await postOnce(url, Buffer.from(objects.join('')), headers, '/v1/lifecycle')
  let number = 0
  const answers = new Map<number, number>()
  for (const perPost of [2000, 200, 10, 1])
    for (let refused = 0, turn = 0; refused < 5; turn++) {
      const { pod, numbers } = acknowledged[turn % acknowledged.length]!
      const sent = Array.from({ length: perPost }, () => number++)
      const { status } = await postOnce(url, Buffer.from(sent.map((n) => recordOf(pod, n)).join('')), headers)
      answers.set(status, (answers.get(status) ?? 0) + 1)
      if (status === 200) numbers.push(...sent)
      refused = status === 200 ? 0 : refused + 1
    }
  say(`posts by answer: ${[...answers].map(([status, count]) => `${status}: ${count}`).join(', ')}`)
  return acknowledged
}

/** 600 bytes that no codec makes small, over twenty hours. */
function recordOf(pod: Pod, number: number): string {
  const noise = Buffer.from(crypto.getRandomValues(new Uint8Array(450))).toString('base64')
  const time = new Date(pod.bornMs + 2000 + (number % 72_000) * 1000).toISOString()
  const place = { namespace: pod.namespace, pod: pod.name, podUid: pod.uid, container: 'app', restart: 0, node: pod.node }
  return `${JSON.stringify({ time, ...place, stream: 'stdout', message: `n${number} ${noise}`, offset: number * 700 })}\n`
}

async function writeUntilFull(path: string): Promise<void> {
  await using file = await open(path, 'w')
  for (const size of [1 << 20, 4096, 1]) {
    const zeros = Buffer.alloc(size)
    try {
      for (;;) await file.write(zeros)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    }
  }
}

/** The refusal; empty where the shorter rule is taken. */
async function shorten(url: string): Promise<string> {
  const answer = await fetch(`${url}/v1/retention`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ rules: { default: '2d' } }),
  })
  const text = await answer.text()
  return answer.ok ? '' : `${answer.status} ${text.slice(0, 160)}`
}

async function recovered(
  service: ServiceProcess,
  url: string,
  at: string,
  acknowledged: readonly Acknowledged[],
  seconds: () => string,
): Promise<boolean> {
  const cutDay = new Date(todayMs - 2 * dayMs).toISOString().slice(0, 10)
  const isDropped = async (): Promise<boolean> => {
    const { ok, text } = await ask(`${url}/v1/retention`)
    if (!ok) return false
    const { stored } = JSON.parse(text) as { stored: { class: string; firstDay: string }[] }
    return stored.every((one) => one.class !== 'default' || one.firstDay.slice(0, 10) >= cutDay)
  }
  const hasDropped = await until(isDropped, Number(values['wait-seconds']) * 1000)
  say(hasDropped ? `expired days are gone after ${seconds()} s, ${freeBytes(at)} bytes free` : 'EXPIRED DAYS STAY')
  if (!hasDropped) say(`  ${(await ask(`${url}/v1/retention`)).text.slice(0, 1000)}`)
  const probe = plainPod(99, { bornMs: Date.now() - 60_000, endedMs: undefined, lines: 1, ending: undefined })
  const line = recordOf({ ...probe, bornMs: Date.now() - 3000 }, 0)
  const takes = await until(async () => (await postOnce(url, Buffer.from(line), headers)).status === 200, 30_000)
  say(takes ? `posts are taken again after ${seconds()} s` : 'POSTS ARE STILL REFUSED')
  let isWhole = true
  for (const { pod, daysAgo: ago, numbers } of acknowledged) {
    const rows = await numbersOf(url, pod)
    const there = new Set(rows)
    const missing = numbers.filter((number) => !there.has(number)).length
    const isExpired = ago > 2
    const twice = rows.length - there.size
    const counted = (JSON.parse((await ask(`${url}/v1/pods/${pod.uid}`)).text) as { lines?: number }).lines
    say(
      `${ago} days ago: ${numbers.length} acknowledged, ${rows.length} there${isExpired ? ' (expired)' : `, ${missing} MISSING, ${twice} TWICE`}, the pod says ${counted}`,
    )
    if (!isExpired && missing + twice > 0) isWhole = false
  }
  const errors = new Set(service.logs.filter(({ level }) => level === 'error' || level === 'fatal').map(({ msg }) => msg))
  if (errors.size > 0) say(`errors logged: ${[...errors].join(' | ').slice(0, 600)}`)
  return hasDropped && takes && isWhole
}

async function numbersOf(url: string, pod: Pod): Promise<number[]> {
  const answer = await fetch(`${url}/v1/logs?podUid=${pod.uid}`, { headers: { accept: 'text/plain' } })
  const lines = (await answer.text()).split('\n')
  return lines.filter((line) => line.startsWith('n')).map((line) => Number(/^n(\d+)/.exec(line)![1]))
}

async function until(test: () => Promise<boolean>, ms: number): Promise<boolean> {
  const untilMs = performance.now() + ms
  for (;;) {
    if (await test()) return true
    if (performance.now() > untilMs) return false
    await sleep(1000)
  }
}

function freeBytes(at: string): number {
  const { bavail, bsize } = statfsSync(at)
  return bavail * bsize
}

function mountDisk(size: number): Disk | undefined {
  const at = mkdtempSync(join(tmpdir(), 'afterlog-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}m`, 'none', at], { stdio: 'ignore' })
  } catch {
    rmdirSync(at)
    return undefined
  }
  return {
    at,
    [Symbol.dispose]() {
      execFileSync('umount', ['-l', at])
      rmdirSync(at)
    },
  }
}

// How long finding a pod takes among many: loads a population of lives, starts the service on it, and asks for pods by every handle,
// one request after another: while the obituaries of all are being written, and once they are. Then kubectl lists all of them, where it is
// named. Prints its seed and Markdown tables.
// Run by hand: node bench/pods.ts [--pods 100000] [--lives 10] [--lines 1] [--requests 100] [--seed 1] [--tails 10] [--nameless 0] [--kubectl FILE] [--data-dir DIR]
// With --data-dir a directory that was loaded before, with the same figures, is used again, and kept.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { spawnService } from '#test/support/service-process.ts'
import { cpuSeconds, residentMiB } from './load/process-cost.ts'
import { load } from './pods/load.ts'
import { populate, type Pod, type PopulationOptions } from './pods/population.ts'
import { createRandom } from './storage/random.ts'

const { values } = parseArgs({
  options: {
    pods: { type: 'string', default: '100000' },
    lives: { type: 'string', default: '10' },
    lines: { type: 'string', default: '1' },
    requests: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    tails: { type: 'string', default: '10' },
    /** Of one pod of so many the agent sends no uid. */
    nameless: { type: 'string', default: '0' },
    /** Only requests with this in their name. */
    only: { type: 'string', default: '' },
    kubectl: { type: 'string' },
    'data-dir': { type: 'string' },
  },
})
const [pods, livesPerPod, linesPerLife, requests, seed, tails, namelessEvery] = [
  values.pods,
  values.lives,
  values.lines,
  values.requests,
  values.seed,
  values.tails,
  values.nameless,
].map(Number) as [number, number, number, number, number, number, number]
// Whole days, so that a directory may be used again.
const untilMs = Math.floor(Date.now() / 86_400_000) * 86_400_000
const options: PopulationOptions = { pods, livesPerPod, linesPerLife, seed, untilMs, days: 10, namelessEvery }
const every = Math.max(1, Math.floor(pods / 1000))
const say = (text: string): void => void process.stdout.write(`${text}\n`)

/** Requests by kind: each is made from a pod drawn at random. */
const kinds: Record<string, (pod: Pod) => string> = {
  'first page': () => '/v1/pods',
  'first page of a namespace': ({ namespace }) => `/v1/pods?namespace=${namespace}`,
  'by name': ({ namespace, name }) => `/v1/pods?namespace=${namespace}&name=${name}`,
  'by address': ({ ip }) => `/v1/pods?ip=${ip}`,
  'by address at a time': ({ ip, bornMs, diedMs }) => `/v1/pods?ip=${ip}&at=${(bornMs + diedMs) / 2}`,
  'by the begin of a container id': ({ containerIds }) => `/v1/pods?containerId=${containerIds[0]!.slice(0, 12)}`,
  'by image digest': ({ digest }) => `/v1/pods?image=${digest}`,
  'by label': ({ app }) => `/v1/pods?label=app%3D${app}`,
  'by a label of every third pod': () => '/v1/pods?label=tier%3Dweb',
  'by node at a time': ({ node, bornMs, diedMs }) => `/v1/pods?node=${node}&at=${(bornMs + diedMs) / 2}`,
  'by owner': ({ app }) => `/v1/pods?owner=Deployment/${app}`,
  'by Event': ({ event }) => `/v1/pods?event=${event}`,
  'one pod by uid': ({ uid }) => `/v1/pods/${uid}`,
  'its obituary': ({ uid }) => `/v1/pods/${uid}/obituary`,
}

const dataDir = values['data-dir'] ?? (await mkdtemp(join(tmpdir(), 'afterlog-pods-')))
try {
  say(`seed ${seed}: ${pods} pods of ${livesPerPod} lives, ${linesPerLife} line(s) each`)
  const loadedMs = performance.now()
  const drawn = existsSync(join(dataDir, 'clickhouse')) ? sample() : await load(dataDir, options, every)
  say(`loaded in ${Math.round((performance.now() - loadedMs) / 1000)} s`)
  await using service = spawnService({ dataDir, env: { AFTERLOG_LOG_LEVEL: 'info' } })
  const url = await service.serving
  say('\nWhile obituaries are written:')
  await measureAll(url, service.pid, drawn)
  say(`\n${await writtenObituaries(url, service.pid)}`)
  await measureAll(url, service.pid, drawn)
  if (values.kubectl !== undefined) say(`\n${await listAll(url, values.kubectl)}`)
  say(`\n${tails} tails of owners at rest take ${await restingTails(url, service.pid, drawn)} CPU ms each second`)
  say(`resident ${residentMiB(service.pid).peak} MiB at the peak`)
} finally {
  if (values['data-dir'] === undefined) await rm(dataDir, { recursive: true, force: true })
}

async function measureAll(url: string, pid: number, drawn: readonly Pod[]): Promise<void> {
  say('\n| request | p50 ms | p95 ms | CPU ms each | answer |\n|---|---|---|---|---|')
  for (const [kind, path] of Object.entries(kinds))
    if (kind.includes(values.only)) say(await measure(url, pid, kind, path, drawn))
}

/** Waits until no more are written. */
async function writtenObituaries(url: string, pid: number): Promise<string> {
  const [startedMs, cpuBefore] = [performance.now(), cpuSeconds(pid)]
  const written = async (): Promise<number> =>
    Number(/^afterlog_obituaries_written_total (\d+)/m.exec(await (await fetch(`${url}/metrics`)).text())?.[1] ?? 0)
  const before = await written()
  let [last, changedMs] = [before, performance.now()]
  while (performance.now() - changedMs < 60_000) {
    await sleep(1000)
    const now = await written()
    if (now !== last) [last, changedMs] = [now, performance.now()]
  }
  const took = (changedMs - startedMs) / 1000
  const cpu = cpuSeconds(pid) - cpuBefore
  const each = last === before ? '' : `, ${((cpu * 1000) / (last - before)).toFixed(1)} ms of CPU each`
  return `${last} obituaries are written, ${last - before} of them in ${Math.round(took)} s${each}.`
}

/** `kubectl get pods -A`, as it comes. */
async function listAll(url: string, kubectl: string): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'afterlog-kubectl-'))
  const config = join(dir, 'config')
  await writeFile(config, await (await fetch(`${url}/k8s/kubeconfig`)).text())
  const startedMs = performance.now()
  const listing = spawn(kubectl, ['--kubeconfig', config, 'get', 'pods', '-A'], { stdio: ['ignore', 'pipe', 'inherit'] })
  let [rows, firstMs] = [0, 0]
  for await (const chunk of listing.stdout) {
    if (firstMs === 0) firstMs = performance.now() - startedMs
    for (const byte of chunk as Buffer) if (byte === 10) rows += 1
  }
  await rm(dir, { recursive: true })
  const took = (performance.now() - startedMs) / 1000
  return `kubectl get pods -A: ${rows - 1} rows in ${took.toFixed(1)} s, the first after ${(firstMs / 1000).toFixed(1)} s, exit ${listing.exitCode}.`
}

async function measure(
  url: string,
  pid: number,
  kind: string,
  path: (pod: Pod) => string,
  drawn: readonly Pod[],
): Promise<string> {
  const random = createRandom(seed)
  const tookMs: number[] = []
  let found = ''
  const cpuBefore = cpuSeconds(pid)
  for (let i = 0; i < requests; i++) {
    const startedMs = performance.now()
    const answer = await fetch(`${url}${path(random.pick(drawn))}`)
    const body = (await answer.json()) as { pods?: unknown[]; uid?: string }
    tookMs.push(performance.now() - startedMs)
    if (!answer.ok) throw new Error(`${kind}: ${answer.status} ${JSON.stringify(body).slice(0, 500)}`)
    found = body.pods === undefined ? 'one' : `${body.pods.length} pods`
  }
  const cpuMs = ((cpuSeconds(pid) - cpuBefore) * 1000) / requests
  tookMs.sort((a, b) => a - b)
  const at = (share: number): number => Math.round(tookMs[Math.min(requests - 1, Math.floor(requests * share))]!)
  return `| ${kind} | ${at(0.5)} | ${at(0.95)} | ${Math.round(cpuMs)} | ${found} |`
}

/** CPU ms per second of all of them together, when nothing comes. */
async function restingTails(url: string, pid: number, drawn: readonly Pod[]): Promise<number> {
  const leaving = new AbortController()
  const open = Array.from({ length: tails }, async (_, i) => {
    const answer = await fetch(`${url}/v1/logs/tail?owner=Deployment/${drawn[i]!.app}`, { signal: leaving.signal })
    if (!answer.ok) throw new Error(await answer.text())
    return answer
  })
  await Promise.all(open)
  const [cpuBefore, startedMs] = [cpuSeconds(pid), performance.now()]
  await sleep(10_000)
  const perSecond = ((cpuSeconds(pid) - cpuBefore) * 1e6) / (performance.now() - startedMs)
  leaving.abort()
  return Math.round(perSecond)
}

function sample(): Pod[] {
  return Array.from({ length: Math.floor(pods / every) }, (_, i) => populate(options, i * every, i * every + 1).pods[0]!)
}

// How long finding a pod takes in a cluster of real size, while lines and changes arrive and the background writer
// works: loads a population over HTTP once, then asks for pods by every handle, one request after another.
// Run by hand: node bench/pods.ts [--pods 100000] [--large 20] [--large-lines 500000] [--requests 100] [--seed 1]
//   [--only TEXT,…] [--lines-per-second 2000] [--changes-per-second 20] [--seconds-per-kind 60] [--rest-seconds 900]
//   [--small-parts 10] [--timeout-seconds 60]
//   [--kubectl FILE] [--kubectl-seconds 600] [--data-dir DIR] [--checkout DIR] [--json FILE]
// A directory that was loaded once is used again, and its population wins over the options.
// `--checkout` measures another version. The service gets the caller's variables AFTERLOG_….
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { root, spawnService } from '#test/support/service-process.ts'
import { residentMiB } from './load/process-cost.ts'
import { deepPage, podKinds } from './pods/kinds.ts'
import { listAll } from './pods/kubectl.ts'
import { leaveSmallParts, load, loadedPopulation } from './pods/load.ts'
import { ask, cpuAtRest, measure, rowOf, tableHead, type Figures } from './pods/measure.ts'
import { podOf, type PopulationOptions } from './pods/population.ts'
import { startCluster } from './pods/steady.ts'
import { startEnv } from './load/start-env.ts'

const { values } = parseArgs({
  options: {
    pods: { type: 'string', default: '100000' },
    large: { type: 'string', default: '20' },
    'large-lines': { type: 'string', default: '500000' },
    requests: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    /** Only requests with one of these texts in their name, separated by commas. */
    only: { type: 'string', default: '' },
    /** Small posts to each large pod just before measuring. */
    'small-parts': { type: 'string', default: '10' },
    'timeout-seconds': { type: 'string', default: '60' },
    'lines-per-second': { type: 'string', default: '2000' },
    'changes-per-second': { type: 'string', default: '20' },
    'seconds-per-kind': { type: 'string', default: '60' },
    /** The background writer may work so long on what was loaded before anything is measured. */
    'rest-seconds': { type: 'string', default: '900' },
    kubectl: { type: 'string', default: 'kubectl' },
    'kubectl-seconds': { type: 'string', default: '600' },
    'data-dir': { type: 'string' },
    checkout: { type: 'string', default: root },
    json: { type: 'string' },
  },
})
const number = (name: keyof typeof values): number => Number(values[name])
const isWanted = (request: string): boolean => values.only.split(',').some((text) => request.includes(text))
const say = (text: string): void => void process.stdout.write(`${text}\n`)
const env = {
  AFTERLOG_LOG_LEVEL: 'info',
  // Lines of a directory that is used again for some weeks do not expire meanwhile.
  AFTERLOG_RETENTION: 'default=60d',
  ...startEnv,
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('AFTERLOG_'))),
}

const dataDir = values['data-dir'] ?? (await mkdtemp(join(tmpdir(), 'afterlog-pods-')))
try {
  await mkdir(dataDir, { recursive: true })
  const options = loadedPopulation(dataDir) ?? (await loadAll())
  const { seed, pods, large, linesOfLarge } = options
  say(`seed ${seed}: ${pods} pods, a tenth of them alive, ${large} with ${linesOfLarge} lines each; ${cpus().length} cores`)
  say(`load average ${loadavg()[0]!.toFixed(1)} before the service starts`)
  await run(options)
} finally {
  if (values['data-dir'] === undefined) await rm(dataDir, { recursive: true, force: true })
}

async function loadAll(): Promise<PopulationOptions> {
  const untilMs = Math.floor(Date.now() / 60_000) * 60_000
  const options: PopulationOptions = {
    pods: number('pods'),
    large: number('large'),
    linesOfLarge: number('large-lines'),
    seed: number('seed'),
    untilMs,
    days: 10,
  }
  say(`loading ${options.pods} pods`)
  await using service = spawnService({ dataDir, checkout: values.checkout, env })
  await load(await service.serving, dataDir, options, say)
  service.kill('SIGTERM')
  await service.exited
  return options
}

async function run(options: PopulationOptions): Promise<void> {
  await using service = spawnService({ dataDir, checkout: values.checkout, env })
  const url = await service.serving
  await rest(service.pid)
  const all = Array.from({ length: options.pods }, (_, i) => i)
  const living = all.filter((i) => i % 10 === 3).map((i) => podOf(options, i))
  const large = living.filter(({ isLarge }) => isLarge)
  const small = living.filter(({ isLarge, lives }) => !isLarge && lives.length > 0)
  say(`${large.length} large pods get small parts`)
  await leaveSmallParts(url, large, options.untilMs, number('small-parts'))
  const cluster = startCluster({
    url,
    speaking: [...large, ...small.slice(0, 180)],
    linesPerSecond: number('lines-per-second'),
    changesPerSecond: number('changes-per-second'),
  })
  const before = await backgroundMetrics(url)
  const figures: Figures[] = []
  say(`\n${tableHead}`)
  const [secondsMax, timeoutSeconds] = [number('seconds-per-kind'), number('timeout-seconds')]
  const deep = isWanted(`page ${deepPage}`) ? await pageAt(url, deepPage) : undefined
  for (const { request, path } of podKinds({ options, large, deep })) {
    if (!isWanted(request)) continue
    const row = await measure({ url, service, request, path, requests: number('requests'), secondsMax, timeoutSeconds })
    figures.push(row)
    say(rowOf(row))
  }
  if (isWanted('kubectl'))
    say(`\n${await listAll({ url, service, kubectl: values.kubectl, secondsMax: number('kubectl-seconds') })}`)
  const meanwhile = await cluster.stop()
  say(`\n${meanwhile}`)
  say(`background before: ${before}\nbackground after: ${await backgroundMetrics(url)}`)
  say(`resident ${residentMiB(service.pid).peak} MiB at the peak; load average ${loadavg()[0]!.toFixed(1)}`)
  if (values.json !== undefined) await writeFile(values.json, JSON.stringify({ options, figures, meanwhile }, null, 2))
}

/** Until the process uses less than a fifth of a core for ten seconds. */
async function rest(pid: number): Promise<void> {
  const startedMs = performance.now()
  const seconds = (): number => Math.round((performance.now() - startedMs) / 1000)
  for (let used = 1; seconds() < number('rest-seconds');) {
    used = await cpuAtRest(pid, Math.min(10_000, number('rest-seconds') * 1000))
    say(`  ${seconds()} s: the process uses ${used.toFixed(2)} cores by itself`)
    if (used < 0.2) return
  }
  say('  it did not come to rest: what follows is measured beside that work')
}

/** Path of a page, by following cursors; undefined where there are not so many, one fails, or it takes too long. */
async function pageAt(url: string, page: number): Promise<string | undefined> {
  const untilMs = performance.now() + number('seconds-per-kind') * 3000
  let path = '/v1/pods'
  for (let at = 1; at < page; at++) {
    if (performance.now() > untilMs) {
      say(`page ${page} is not measured: ${at - 1} pages took ${number('seconds-per-kind') * 3} s`)
      return undefined
    }
    const { ok, text } = await ask(`${url}${path}`, number('timeout-seconds'))
    if (!ok) {
      say(`page ${at} failed: ${text.slice(0, 200)}`)
      return undefined
    }
    const { next } = JSON.parse(text) as { next: string | null }
    if (next === null) return undefined
    path = `/v1/pods?cursor=${encodeURIComponent(next)}`
  }
  return path
}

async function backgroundMetrics(url: string): Promise<string> {
  const { text } = await ask(`${url}/metrics`)
  const lines = text.split('\n').filter((line) => /^afterlog_(project|record|obituaries|expiry)\w*[ {]/.test(line))
  return lines.filter((line) => !line.includes('_bucket')).join(', ')
}

// The importer's proof, run by hand: a corpus of a node's disk, the service as a child process, an import, every
// container's bytes compared with what its files hold, and the same rows into the engine alone in the same run. Prints
// its seed and its figures. node bench/import.ts [lines] [pods] [seed]
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDirectory } from '../services/import/files/directory.ts'
import { runImport } from '../services/import/run-import.ts'
import { createHttpClient, type HttpClient } from '../services/import/send/http-client.ts'
import { createRetry } from '../services/import/send/retry.ts'
import { openState } from '../services/import/state.ts'
import { createTally } from '../services/import/tally.ts'
import { spawnService } from '../test/support/service-process.ts'
import { generateCorpus, type ExpectedContainer } from './corpus.ts'
import { createRowsOfImport } from './import/rows-of-import.ts'

const [lines = '1000000', pods = '200', seed = String(Date.now() % 100_000)] = process.argv.slice(2)
const dir = mkdtempSync(join(tmpdir(), 'afterlog-bench-import-'))
const disk = join(dir, 'disk')
const tell = (name: string, figures: object) => process.stdout.write(`${name.padEnd(16)} ${JSON.stringify(figures)}\n`)
const round = (value: number, digits = 2) => Number(value.toFixed(digits))

/** Reads the disk with the real importer; wall and CPU seconds of this process. */
async function importDisk(client: HttpClient, state: string) {
  await using source = (await openDirectory(disk)).source
  const startedMs = performance.now()
  const before = process.cpuUsage()
  const tally = createTally()
  const retry = createRetry({
    patienceMs: 60_000,
    onWait: (sentence) => sentence && tell('waiting', { sentence }),
    signal: new AbortController().signal,
  })
  const common = { node: '', cluster: '', compress: false, inOrder: true, onPlan: () => {}, onBytes: () => {} }
  const { stopped } = await runImport({ ...common, source, root: disk, client, retry, tally, state: await openState(state) })
  if (stopped !== undefined) throw new Error(stopped)
  const { user, system } = process.cpuUsage(before)
  return { tally, seconds: (performance.now() - startedMs) / 1000, cpuSeconds: (user + system) / 1e6 }
}

/** CPU seconds and peak resident MB of another process. */
function processFigures(pid: number) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return { cpuSeconds: (Number(stat[11]) + Number(stat[12])) / 100, peakMB: Math.round(Number(peak?.[1]) / 1024) }
}

async function verify(url: string, containers: readonly ExpectedContainer[]) {
  const startedMs = performance.now()
  const wrong: ExpectedContainer[] = []
  for (const expected of containers) {
    const response = await fetch(`${url}/v1/pods/${expected.podUid}/logs?container=${expected.container}`, {
      headers: { accept: 'text/plain' },
    })
    const digest = createHash('sha256')
    for await (const chunk of response.body!) digest.update(chunk)
    if (response.status !== 200 || digest.digest('hex') !== expected.sha256) wrong.push(expected)
  }
  return { containers: containers.length, wrong, seconds: round((performance.now() - startedMs) / 1000) }
}

try {
  const corpus = generateCorpus({
    dir: disk,
    lines: Number(lines),
    pods: Number(pods),
    seed: Number(seed),
    untilMs: Date.now() - 60_000,
  })
  const { containers, records, ...sizes } = corpus
  tell('corpus', { seed: Number(seed), records, ...sizes, cores: availableParallelism(), load: round(loadavg()[0]!) })
  const perMillion = (cpuSeconds: number) => round((cpuSeconds / records) * 1e6)

  await using service = spawnService({ dataDir: join(dir, 'data') })
  const url = await service.serving
  const before = processFigures(service.pid)
  const first = await importDisk(createHttpClient({ url, tenant: '' }), join(dir, 'state.json'))
  const after = processFigures(service.pid)
  const metrics = await (await fetch(`${url}/metrics`)).text()
  tell('import', {
    stored: first.tally.accepted,
    refused: [...first.tally.refused],
    seconds: round(first.seconds),
    linesPerSecond: Math.round(records / first.seconds),
    serviceCpuPerMillion: perMillion(after.cpuSeconds - before.cpuSeconds),
    importerCpuPerMillion: perMillion(first.cpuSeconds),
    servicePeakMB: after.peakMB,
    inserts: Number(/^afterlog_store_insert_duration_seconds_count\{table="logs"\} (\d+)/m.exec(metrics)?.[1]),
  })
  tell('bytes', await verify(url, containers))
  const second = await importDisk(createHttpClient({ url, tenant: '' }), join(dir, 'state.json'))
  tell('import again', {
    stored: second.tally.accepted,
    storedBefore: second.tally.fromEarlierRun,
    seconds: round(second.seconds),
  })
  await service[Symbol.asyncDispose]()

  const blocksDir = join(dir, 'blocks')
  mkdirSync(blocksDir)
  const rows = createRowsOfImport({ dir: blocksDir, blockBytes: 32 * 1000 * 1000 })
  await importDisk(rows.client, join(dir, 'no-state.json'))
  rows.end()
  const output = execFileSync(process.execPath, ['bench/import/engine.ts', join(dir, 'engine'), blocksDir], {
    cwd: join(import.meta.dirname, '..'),
    env: { ...process.env, UV_THREADPOOL_SIZE: '24' },
  })
  const engine = JSON.parse(output.toString().trim().split('\n').at(-1)!) as { seconds: number; cpuSeconds: number }
  tell('engine alone', {
    seconds: round(engine.seconds),
    linesPerSecond: Math.round(records / engine.seconds),
    cpuPerMillion: perMillion(engine.cpuSeconds),
  })
  tell('ratio', {
    wall: round(engine.seconds / first.seconds),
    cpu: round(engine.cpuSeconds / (after.cpuSeconds - before.cpuSeconds + first.cpuSeconds)),
    aim: 0.6,
  })
} finally {
  rmSync(dir, { recursive: true, force: true })
}

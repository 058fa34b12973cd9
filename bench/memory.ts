// Resident memory of one process, ingest and query, at 1 M stored lines and at 5 M: it must not grow with what is
// stored.
// Run by hand: node bench/memory.ts [--lines 5000000] [--seed 1]
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { spawnService } from '#test/support/service-process.ts'
import { makeBodies, podUid } from './load/bodies.ts'
import { post } from './load/post.ts'
import { cpuSeconds, residentMiB } from './load/process-cost.ts'
import { startEnv } from './load/start-env.ts'

const { values } = parseArgs({
  options: { lines: { type: 'string', default: '5000000' }, seed: { type: 'string', default: '1' } },
})
const lines = Number(values.lines)
const seed = Number(values.seed)
const perRound = 250_000
const say = (text: string): void => void process.stdout.write(`${text}\n`)

const dataDir = await mkdtemp(join(tmpdir(), 'afterlog-memory-'))
const service = spawnService({ dataDir, env: startEnv })
try {
  const url = await service.serving
  const bodies = makeBodies({ lines: perRound, pods: 200, linesPerBody: 5000, seed, untilMs: Date.now(), hours: 6 })
  say(`seed ${seed}`)
  const startedMs = performance.now()
  for (let stored = perRound; stored <= lines; stored += perRound) {
    let next = 0
    const send = async (): Promise<void> => {
      for (let body = bodies[next++]; body !== undefined; body = bodies[next++])
        await post(url, body, { 'x-afterlog-cluster': `round-${stored}` })
    }
    await Promise.all([send(), send(), send(), send()])
    if (stored % 1_000_000 === 0) await report(url, stored, startedMs)
  }
} finally {
  await service[Symbol.asyncDispose]()
  await rm(dataDir, { recursive: true, force: true })
}

/** After a few questions of every kind, since reading fills caches too. */
async function report(url: string, stored: number, startedMs: number): Promise<void> {
  const seconds = (performance.now() - startedMs) / 1000
  const paths = [
    `/v1/pods/${podUid(7)}/logs?limit=1000`,
    '/v1/logs?q=timeout&limit=100',
    '/v1/logs/histogram?q=refused',
    '/v1/fields/namespace/values',
    '/v1/pods?limit=100',
  ]
  for (const path of paths) {
    const answer = await fetch(`${url}${path}`)
    await answer.arrayBuffer()
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`)
  }
  await sleep(5000)
  const { now, peak } = residentMiB(service.pid)
  say(
    `${stored} lines: ${now} MiB resident, ${peak} at most, ${cpuSeconds(service.pid).toFixed(0)} CPU s so far, ${Math.round(stored / seconds)} lines/s`,
  )
}

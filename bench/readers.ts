// Concurrent readers while ingest runs at full speed: time to a page of a pod's lines.
// Run by hand: node bench/readers.ts [--readers 50] [--seconds 30] [--lines 500000] [--think-ms 0] [--by uid|name]
// [--seed 1]
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { spawnService } from '#test/support/service-process.ts'
import { makeBodies, podUid } from './load/bodies.ts'
import { post } from './load/post.ts'
import { residentMiB } from './load/process-cost.ts'
import { createRandom } from './storage/random.ts'

const { values } = parseArgs({
  options: {
    readers: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '30' },
    lines: { type: 'string', default: '500000' },
    'think-ms': { type: 'string', default: '0' },
    /** `uid`: /v1/pods/{uid}/logs; `name`: /v1/logs?namespace=&pod=. */
    by: { type: 'string', default: 'uid' },
    seed: { type: 'string', default: '1' },
  },
})
const [readers, seconds, lines, thinkMs, seed] = [
  values.readers,
  values.seconds,
  values.lines,
  values['think-ms'],
  values.seed,
].map(Number) as [number, number, number, number, number]
const pods = 200
const say = (text: string): void => void process.stdout.write(`${text}\n`)

const dataDir = await mkdtemp(join(tmpdir(), 'afterlog-readers-'))
const service = spawnService({ dataDir, env: { AFTERLOG_LOG_LEVEL: 'info' } })
try {
  const url = await service.serving
  say(
    `seed ${seed}: ${lines} lines in ${pods} pods stored first, then ${readers} readers for ${seconds} s, ${thinkMs} ms between pages`,
  )
  const bodies = makeBodies({ lines, pods, linesPerBody: 1000, seed, untilMs: Date.now(), hours: 6 })
  await senders(url, bodies, 4, 'first', () => false)

  const random = createRandom(seed)
  const untilMs = performance.now() + seconds * 1000
  const over = (): boolean => performance.now() > untilMs
  const tookMs: number[] = []
  let failed = 0
  const read = async (): Promise<void> => {
    await sleep(random.int(200))
    while (!over()) {
      const startedMs = performance.now()
      const pod = random.int(pods)
      const path = values.by === 'uid' ? `/v1/pods/${podUid(pod)}/logs?` : `/v1/logs?namespace=ns${pod % 10}&pod=cart-${pod}&`
      const answer = await fetch(`${url}${path}limit=100`)
      const page = (await answer.json()) as { lines?: unknown[] }
      if (!answer.ok || page.lines?.length !== 100) {
        if (failed++ === 0) say(`failed: ${answer.status} ${JSON.stringify(page).slice(0, 400)}`)
      }
      tookMs.push(performance.now() - startedMs)
      if (thinkMs > 0) await sleep(thinkMs)
    }
  }
  const [accepted] = await Promise.all([ingestUntil(url, bodies, over), ...Array.from({ length: readers }, read)])
  tookMs.sort((a, b) => a - b)
  const at = (share: number): string =>
    `${Math.round(tookMs[Math.min(tookMs.length - 1, Math.floor(tookMs.length * share))]!)} ms`
  say(`pages ${tookMs.length}, failed ${failed}, p50 ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)}, max ${at(1)}`)
  say(`meanwhile ${Math.round(accepted / seconds)} lines/s were stored; resident ${JSON.stringify(residentMiB(service.pid))} MiB`)
} finally {
  await service[Symbol.asyncDispose]()
  await rm(dataDir, { recursive: true, force: true })
}

/** Posts all bodies, or until told to stop. The cluster's name makes another round other lines. */
async function senders(
  url: string,
  bodies: readonly Buffer[],
  count: number,
  cluster: string,
  stop: () => boolean,
): Promise<number> {
  let next = 0
  let accepted = 0
  const send = async (): Promise<void> => {
    for (let body = bodies[next++]; body !== undefined && !stop(); body = bodies[next++])
      accepted += await post(url, body, { 'x-afterlog-cluster': cluster })
  }
  await Promise.all(Array.from({ length: count }, send))
  return accepted
}

async function ingestUntil(url: string, bodies: readonly Buffer[], over: () => boolean): Promise<number> {
  let accepted = 0
  for (let round = 0; !over(); round++) accepted += await senders(url, bodies, 4, `round-${round}`, over)
  return accepted
}

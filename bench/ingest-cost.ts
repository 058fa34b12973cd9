// What a million lines cost the process that stores them, in CPU seconds, of several checkouts by turns in one run, so
// that what else the machine does falls on all of them.
// Run by hand: node bench/ingest-cost.ts [--checkout DIR]... [--lines 400000] [--rounds 5] [--seed 1]
import { mkdtemp, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { root, spawnService } from '#test/support/service-process.ts'
import { makeBodies } from './load/bodies.ts'
import { post } from './load/post.ts'
import { cpuSeconds } from './load/process-cost.ts'
import { quantile } from './load/quantile.ts'
import { startEnv } from './load/start-env.ts'

const { values } = parseArgs({
  options: {
    checkout: { type: 'string', multiple: true, default: [root] },
    lines: { type: 'string', default: '400000' },
    rounds: { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
  },
})
const [lines, rounds, seed] = [values.lines, values.rounds, values.seed].map(Number) as [number, number, number]
const corpora = { 'with offsets': withOffsets(), 'without offsets': withOffsets().map(withoutOffsets) }
process.stdout.write(`seed ${seed}: ${lines} lines a round; load average ${loadavg()[0]!.toFixed(1)}\n`)

for (const [name, bodies] of Object.entries(corpora)) {
  const costs = values.checkout.map((): number[] => [])
  for (let round = 0; round < rounds; round++)
    for (const [index, checkout] of values.checkout.entries()) costs[index]!.push(await costOf(checkout, bodies))
  for (const [index, checkout] of values.checkout.entries()) {
    const all = costs[index]!.map((cost) => cost.toFixed(2)).join(' ')
    const median = quantile(costs[index]!, 0.5)
    const ratio = (median / quantile(costs[0]!, 0.5)).toFixed(3)
    const least = (Math.min(...costs[index]!) / Math.min(...costs[0]!)).toFixed(3)
    process.stdout.write(
      `${name}, ${checkout}: median ${median.toFixed(2)} CPU s per million (${all}), ${ratio} of the first, least ${least}\n`,
    )
  }
}

function withOffsets(): Buffer[] {
  return makeBodies({ lines, pods: 200, linesPerBody: 2000, seed, untilMs: Date.now(), hours: 6 })
}

/** The same lines as an agent sends them that knows labels and no place in a file. */
function withoutOffsets(body: Buffer): Buffer {
  const records = body.toString().replaceAll(/"offset":\d+,"length":\d+,"file":"[^"]*"/g, '"labels":{"app":"cart","tier":"web"}')
  return Buffer.from(records)
}

/** Of a new store, from the first post to the last answer; CPU seconds per million lines. */
async function costOf(checkout: string, bodies: readonly Buffer[]): Promise<number> {
  const dataDir = await mkdtemp(join(tmpdir(), 'afterlog-ingest-cost-'))
  try {
    await using service = spawnService({ dataDir, checkout, env: startEnv, program: 'services/ingest/main.ts' })
    const url = await service.serving
    const before = cpuSeconds(service.pid)
    let next = 0
    const send = async (): Promise<void> => {
      for (let body = bodies[next++]; body !== undefined; body = bodies[next++]) await post(url, body)
    }
    await Promise.all([send(), send(), send(), send()])
    return ((cpuSeconds(service.pid) - before) / lines) * 1_000_000
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}

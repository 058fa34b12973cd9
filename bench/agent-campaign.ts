// `npm run test:agent -- --lines 200000 --pods 50 --kills 10` and `-- --runs 100`: the agent against a real service,
// while the kubelet's rotation is played and the agent is killed. With --runs, that many small random runs in which
// files are removed before they are read. Prints its seed; exits with 1 where anything that was said is not true.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import pLimit from 'p-limit'
import { spawnService } from '#test/support/service-process.ts'
import { randomFrom } from '#test/support/seal-runs.ts'
import type { LifeCheck } from './agent/lives-stored.ts'
import { removalRun } from './agent/removal-run.ts'
import { rotationRun } from './agent/rotation-run.ts'

const { values } = parseArgs({
  options: {
    lines: { type: 'string', default: '200000' },
    pods: { type: 'string', default: '50' },
    kills: { type: 'string', default: '10' },
    rate: { type: 'string', default: '8000' },
    runs: { type: 'string', default: '0' },
    together: { type: 'string', default: '4' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
    port: { type: 'string', default: '0' },
  },
})
const seed = Number(values.seed)
const say = (text: string): void => void process.stdout.write(`${text}\n`)

async function rotation(url: string, directory: string): Promise<string[]> {
  const lines = Number(values.lines)
  const result = await rotationRun({
    url,
    directory,
    lines,
    pods: Number(values.pods),
    kills: Number(values.kills),
    linesPerSecond: Number(values.rate),
    random: randomFrom(seed),
    say,
  })
  const { lives, sealed, rotations, seconds, cpuSeconds, rssBytes } = result
  say(`${lives} lives, ${sealed} sealed; ${rotations} rotations; ${seconds.toFixed(1)} s until all was stored`)
  say(
    `the agent: ${((cpuSeconds * 1e6) / lines).toFixed(2)} CPU s per million lines, at most ${Math.round(rssBytes / 1024 ** 2)} MiB`,
  )
  return result.faults
}

async function removals(url: string, directory: string): Promise<string[]> {
  const limit = pLimit(Number(values.together))
  const checks: LifeCheck[] = []
  let ended = 0
  await Promise.all(
    Array.from({ length: Number(values.runs) }, (_, i) =>
      limit(async () => {
        const found = await removalRun({ url, directory, seed: seed + i })
        for (const { faults } of found) for (const fault of faults) say(`run ${seed + i}: ${fault}`)
        checks.push(...found)
        if (++ended % 100 === 0) say(`${ended} runs have ended`)
      }),
    ),
  )
  const states = Map.groupBy(checks, ({ words, stored, written }) => `${stored < written ? 'lines missing' : 'whole'}: ${words}`)
  for (const [state, of] of [...states].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    say(`${String(of.length).padStart(6)} lives: ${state}`)
  return checks.flatMap(({ faults }) => faults)
}

const directory = await mkdtemp(join(tmpdir(), 'afterlog-agent-'))
say(`seed ${seed}`)
let faults: string[]
{
  await using service = spawnService({
    dataDir: join(directory, 'data'),
    port: Number(values.port),
    env: { AFTERLOG_LOG_LEVEL: 'info' },
  })
  const url = await service.serving
  const letters = async (): Promise<string> => (await (await fetch(`${url}/v1/dead-letters?limit=20`)).text()).slice(0, 20_000)
  faults = values.runs === '0' ? await rotation(url, directory) : await removals(url, directory)
  if (faults.length > 0) say(await letters())
}
for (const fault of faults.slice(0, 50)) say(fault)
say(faults.length === 0 ? 'nothing that was said is false' : `${faults.length} faults; kept: ${directory}`)
if (faults.length === 0) await rm(directory, { recursive: true })
process.exitCode = faults.length === 0 ? 0 : 1

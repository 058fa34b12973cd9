// `npm run test:faults -- --runs 20 --seed N`: Kafka to ClickHouse with a real broker, two ingest processes and more,
// the store and the broker killed, refusing, held up, while messages come in, some of them poisoned: after each run,
// every line once in every answer, in order, and the dead letters exactly the poisoned records. Decision 0006. It says
// at the end what happened: faults that never struck prove nothing, and fail it too.
import { mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startKafka } from '#test/support/kafka/start.ts'
import { spawnService } from '#test/support/service-process.ts'
import { planRuns } from './plan.ts'
import { oneRun, type Result } from './run.ts'
import { startStore } from './store.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e6)) },
    lines: { type: 'string', default: '20000' },
    only: { type: 'string', default: '' },
    keep: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
})
const seed = Number(values.seed)
const lines = Number(values.lines)
const work = join(tmpdir(), `afterlog-faults-${process.pid}`)
const say = (text: string): void => void process.stdout.write(`${text}\n`)
const retention = 'default=14d,payments=90d'
/** Runs that share a broker and a store. */
const runsOfStore = 10

async function campaign(): Promise<number> {
  const startedMs = performance.now()
  say(`seed ${seed}: node bench/faults/kafka/campaign.ts --runs ${values.runs} --seed ${seed} --lines ${lines}`)
  const only = values.only.split(',').filter((number) => number !== '')
  const runs = planRuns(Number(values.runs), seed).filter(({ number }) => only.length === 0 || only.includes(String(number)))
  const results: Result[] = []
  for (let first = 0; first < runs.length; first += runsOfStore) {
    const dir = join(work, `from-${first}`)
    await mkdir(dir, { recursive: true })
    {
      await using broker = await startKafka({ dir: join(dir, 'kafka') })
      await using store = await startStore(join(dir, 'store'))
      const env = { AFTERLOG_CLICKHOUSE_URL: store.url, AFTERLOG_RETENTION: retention, AFTERLOG_LOG_LEVEL: 'warn' }
      await using query = spawnService({
        dataDir: join(dir, 'unused'),
        program: 'services/query/main.ts',
        env: { ...env, AFTERLOG_LOG_LEVEL: 'info' },
      })
      await using projector = spawnService({
        dataDir: join(dir, 'unused'),
        program: 'services/projector/main.ts',
        env: { ...env, AFTERLOG_LOG_LEVEL: 'info' },
      })
      const url = await query.serving
      await projector.serving
      for (const run of runs.slice(first, first + runsOfStore)) {
        const atMs = performance.now()
        const result = await oneRun({ run, lines, store, broker, url, work: dir, retention })
        results.push(result)
        tell(result, performance.now() - atMs)
      }
    }
    if (!values.keep) await rm(dir, { recursive: true, force: true })
  }
  return conclude(results, performance.now() - startedMs)
}

function tell(result: Result, tookMs: number): void {
  const { run, faults, stored, merged } = result
  say(
    `run ${run.number}: ${result.lines} lines in ${result.messages} messages, ${result.poison} poisoned records; ${result.ingestKills} ingest, ${result.storeKills} store, ${result.brokerKills} broker kills, ${result.insideInsert} inside an insert; ${result.rebalances} assignments; worked off ${(result.recoveredMs / 1000).toFixed(1)} s after the last of it`,
  )
  if (values.verbose || faults.length > 0) for (const text of result.journal) say(`    ${text}`)
  say(
    `    ${stored.rows} rows of ${stored.lines} lines, ${stored.messagesTwice} messages stored more than once, ${stored.rows - merged.rows} rows collapsed by merging; ${stored.letters} dead letters stored, ${stored.lettersDistinct} distinct; ${result.postsAgain} posts sent again; ${faults.length === 0 ? 'all answers right' : `${faults.length} FAULTS`} (${(tookMs / 1000).toFixed(1)} s)`,
  )
  for (const fault of faults.slice(0, 20)) say(`    FAULT ${fault}`)
}

function conclude(results: readonly Result[], tookMs: number): number {
  const sum = (of: (result: Result) => number): number => results.reduce((total, result) => total + of(result), 0)
  const kills = [sum((r) => r.ingestKills), sum((r) => r.storeKills), sum((r) => r.brokerKills)]
  const happened: readonly (readonly [string, number])[] = [
    ['kills', kills[0]! + kills[1]! + kills[2]!],
    ['kills inside an insert', sum((r) => r.insideInsert)],
    ['rebalances (assignments beyond the first two of a run)', sum((r) => Math.max(0, r.rebalances - 2))],
    ['messages stored more than once', sum((r) => r.stored.messagesTwice)],
    ['rows stored more than once', sum((r) => r.stored.rows - r.stored.lines)],
    ['rows collapsed by merging', sum((r) => r.stored.rows - r.merged.rows)],
    ['dead letters', sum((r) => r.poison)],
  ]
  const faulty = results.filter(({ faults }) => faults.length > 0)
  say(
    `${results.length} runs in ${Math.round(tookMs / 1000)} s, seed ${seed}: ${sum((r) => r.lines)} lines, ${sum((r) => r.messages)} messages`,
  )
  say(`kills: ${kills[0]} of ingest, ${kills[1]} of the store, ${kills[2]} of the broker`)
  for (const [what, count] of happened) say(`${what}: ${count}`)
  const never = happened.filter(([, count]) => count === 0).map(([what]) => what)
  for (const what of never) say(`there were no ${what}: this proves nothing`)
  say(`runs with faults: ${faulty.length}${faulty.length === 0 ? '' : ` (${faulty.map(({ run }) => run.number).join(', ')})`}`)
  return faulty.length === 0 && never.length === 0 ? 0 : 1
}

try {
  process.exitCode = await campaign()
} finally {
  if (!values.keep) await rm(work, { recursive: true, force: true })
}

// Afterlog beside its engine alone and beside VictoriaLogs, on the same lines, in turn, in one run: what loading costs,
// and how fast questions are answered, all of them checked. bench/README.md says how to read it. Tables on stdout, JSON
// in a file, progress on stderr.
// npm run bench -- [--lines 2000000] [--seed 1] [--only afterlog,victorialogs,engine,kafka] [--data DIR [--queries-only]]
// [--phases unmerged,merged] [--json FILE] [--corpus DIR] [--checkout DIR] [--warm 15] [--cold 3] [--concurrency 12]
// [--settle 300]
// npm run bench -- --growth SMALL.json LARGE.json
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { missingTools } from '#test/support/kafka/install.ts'
import { root } from '#test/support/service-process.ts'
import { openCorpus } from './search/corpus/batches.ts'
import { loadByKafka } from './search/kafka.ts'
import { loadStore } from './search/load.ts'
import { growth, phases, report, wrongAnswers, type RunResult, type StoreResult } from './search/report.ts'
import { afterlog } from './search/stores/afterlog.ts'
import { buildVictoriaLogs } from './search/stores/build-victorialogs.ts'
import { engine } from './search/stores/engine.ts'
import { storeNames, type Store, type StoreName } from './search/stores/store.ts'
import { victoriaLogs } from './search/stores/victorialogs.ts'
import { timeQuestions } from './search/time-questions.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    lines: { type: 'string', default: '2000000' },
    seed: { type: 'string', default: '1' },
    /** All that this machine can run otherwise. */
    only: { type: 'string' },
    /** Where the stores' data goes and stays; a temporary folder otherwise. */
    data: { type: 'string' },
    /** Times the questions again over what a run with --data has loaded. */
    'queries-only': { type: 'boolean', default: false },
    json: { type: 'string' },
    /** Where corpora are kept. */
    corpus: { type: 'string', default: join(tmpdir(), 'afterlog-bench-search') },
    /** Whose Afterlog is measured. */
    checkout: { type: 'string', default: root },
    phases: { type: 'string', default: phases.join(',') },
    warm: { type: 'string', default: '15' },
    cold: { type: 'string', default: '3' },
    concurrency: { type: 'string', default: '12' },
    /** Seconds that a store may merge by itself. */
    settle: { type: 'string', default: '300' },
    growth: { type: 'boolean', default: false },
  },
})
const [lines, seed, warm, cold, concurrency, settleSeconds] = [
  values.lines,
  values.seed,
  values.warm,
  values.cold,
  values.concurrency,
  values.settle,
].map(Number) as [number, number, number, number, number, number]
const checkout = resolve(values.checkout)
const stores: Readonly<Record<StoreName, Store>> = {
  afterlog: afterlog({ checkout }),
  kafka: { ...afterlog({ checkout }), name: 'kafka' },
  engine: engine(),
  victorialogs: victoriaLogs(),
}

const say = (text: string): void => void process.stdout.write(`${text}\n`)
const startedMs = performance.now()
const saidBy =
  (what: string) =>
  (text: string): void =>
    void process.stderr.write(`${((performance.now() - startedMs) / 1000).toFixed(0).padStart(5)} s  ${what}: ${text}\n`)

if (values.growth) {
  const [small, large] = positionals.map((file) => JSON.parse(readFileSync(file, 'utf8')) as RunResult)
  if (small === undefined || large === undefined) throw new Error('--growth takes two files of results')
  say(growth(small, large))
} else await run()

async function run(): Promise<void> {
  const names = await storesToMeasure()
  if (values['queries-only'] && values.data === undefined) throw new Error('--queries-only needs --data DIR of a run before')
  const corpusSaid = saidBy('corpus')
  const corpus = openCorpus({ folder: values.corpus, seed, lines, said: (written) => corpusSaid(`${written} lines`) })
  const { messageBytes, ndjsonBytes } = corpus.manifest
  const data = values.data === undefined ? await mkdtemp(join(tmpdir(), 'afterlog-bench-data-')) : resolve(values.data)
  const result: RunResult = {
    seed,
    lines,
    messageBytes,
    ndjsonBytes,
    cores: availableParallelism(),
    loadAverage: loadavg()[0]!,
    startedAt: new Date().toISOString(),
    results: [],
  }
  const file = resolve(values.json ?? join(values.data ?? tmpdir(), `afterlog-bench-${seed}-${lines}.json`))
  mkdirSync(join(file, '..'), { recursive: true })
  try {
    for (const name of names) {
      result.results.push(await measure(name, corpus, join(data, name)))
      writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`)
    }
  } finally {
    if (values.data === undefined) await rm(data, { recursive: true, force: true })
  }
  say(`${report(result)}\n\nAs JSON: ${file}`)
  if (wrongAnswers(result.results).length > 0) process.exitCode = 1
}

async function measure(name: StoreName, corpus: ReturnType<typeof openCorpus>, folder: string): Promise<StoreResult> {
  const [store, said] = [stores[name], saidBy(name)]
  const options = { store, corpus, folder, concurrency, settleMsMax: settleSeconds * 1000, said }
  const result: StoreResult = { store: name }
  if (!values['queries-only']) result.load = await (name === 'kafka' ? loadByKafka({ ...options, checkout }) : loadStore(options))
  for (const phase of namesOf('--phases', phases, values.phases)) {
    const dataDir = join(folder, phase)
    const times = name === 'kafka' ? { warm: 0, cold: 0 } : { warm, cold }
    const copy = phase === 'unmerged' ? { copyTo: join(folder, 'working') } : {}
    result[phase] = await timeQuestions({ store, manifest: corpus.manifest, dataDir, ...copy, ...times, said })
  }
  await rm(join(folder, 'working'), { recursive: true, force: true })
  return result
}

/** A store that was asked for by name and cannot be run ends the benchmark, any other is left out. */
async function storesToMeasure(): Promise<StoreName[]> {
  const names: StoreName[] = []
  for (const name of values.only === undefined ? storeNames : namesOf('--only', storeNames, values.only)) {
    const lack = await lackOf(name)
    if (lack === undefined) names.push(name)
    else if (values.only === undefined) saidBy(name)(`left out: ${lack}`)
    else throw new Error(lack)
  }
  return names
}

async function lackOf(name: StoreName): Promise<string | undefined> {
  if (name === 'kafka') return missingTools()
  if (name !== 'victorialogs') return undefined
  return await buildVictoriaLogs().then(
    () => undefined,
    (error: Error) => error.message,
  )
}

function namesOf<T extends string>(option: string, known: readonly T[], text: string): T[] {
  return text.split(',').map((part) => {
    const name = known.find((one) => one === part.trim())
    if (name === undefined) throw new Error(`${option} takes ${known.join(', ')}, not ${JSON.stringify(part)}`)
    return name
  })
}

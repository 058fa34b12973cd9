// Kafka to the store in figures, in one run: kafkajs consuming alone, the engine inserting the same rows alone, the
// service doing both; a real broker on the same machine. Prints tables in Markdown. node bench/kafka-throughput.ts
// [lines] [lines per message …]
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startKafka } from '#test/support/kafka/start.ts'
import { withinOneDay } from './kafka/corpus.ts'
import { rowFormats, writeEngineRows } from './kafka/engine-rows.ts'
import { ingestTopic } from './kafka/ingest-topic.ts'
import { produceCorpus } from './kafka/produce.ts'
import { createTable, ratio, type Figures } from './kafka/table.ts'
import { cpuSeconds } from './load/process-cost.ts'
import { startEnv } from './load/start-env.ts'

const [wanted = '1000000', ...sizes] = process.argv.slice(2)
const lines = Number(wanted)
const messageSizes = sizes.length === 0 ? [200, 1] : sizes.map(Number)
const corpus = { lines, seed: 7, partitions: 6, untilMs: withinOneDay(Date.now()), hours: 6 }
const work = await mkdtemp(join(tmpdir(), 'afterlog-bench-kafka-'))
const say = (text: string): void => void process.stdout.write(`${text}\n`)
const env = { ...process.env, UV_THREADPOOL_SIZE: '14', ...startEnv }

/** A script of bench/kafka in a process of its own; the JSON that it prints last. */
async function child<T>(...args: string[]): Promise<T> {
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: join(import.meta.dirname, '..'), env })
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as T
}

function check(what: string, found: number): void {
  if (found === lines) return
  say(`WRONG: ${what} shows ${found} distinct lines of ${lines}`)
  process.exitCode = 1
}

try {
  const load = () => loadavg()[0]!.toFixed(2)
  say(`${lines} lines, seed ${corpus.seed}, ${availableParallelism()} cores, load ${load()} before`)
  const table = createTable(lines)

  const blocksDir = join(work, 'blocks')
  writeEngineRows({ ...corpus, dir: blocksDir, blockBytes: 32_000_000 })
  const engines = new Map<string, Figures>()
  for (const format of rowFormats) {
    const dataDir = join(work, `engine-${format}`)
    const engine = await child<Figures & { lines: number; inserts: number }>(
      'bench/kafka/engine.ts',
      dataDir,
      join(blocksDir, format),
      format,
    )
    check(`the engine alone (${format})`, engine.lines)
    engines.set(format, engine)
    table.row(`engine alone, ${format}`, '', engine, engine.inserts)
    await rm(dataDir, { recursive: true, force: true })
  }
  await rm(blocksDir, { recursive: true, force: true })

  await using broker = await startKafka()
  const { brokers, pid: brokerPid } = broker
  for (const linesPerMessage of messageSizes) {
    const topic = `bench-${linesPerMessage}`
    const produced = await produceCorpus({ ...corpus, brokers, topic, linesPerMessage })
    const size = `${linesPerMessage}`
    const brokerBefore = cpuSeconds(brokerPid)
    const alone = await child<Figures>('bench/kafka/consume.ts', brokers, topic, String(produced.messages))
    table.row('kafkajs alone', size, { ...alone, brokerCpuSeconds: cpuSeconds(brokerPid) - brokerBefore })
    const dataDir = join(work, `service-${linesPerMessage}`)
    const service = await ingestTopic({ brokers, brokerPid, topic, dataDir, settle: true })
    check(`the service at ${size} lines per message`, service.lines)
    table.row('ingest service', size, service, service.inserts)
    for (const [format, engine] of engines) table.ratio(ratio(`${format}, ${size} per message`, engine, service, alone))
    if (service.rows !== lines) say(`${service.rows} rows were inserted of ${lines} lines`)
    await rm(dataDir, { recursive: true, force: true })
  }
  say(
    `\n${table.text()}\n\nload ${load()} after; every line counted once by a query: ${process.exitCode === undefined ? 'yes' : 'NO'}`,
  )
} finally {
  await rm(work, { recursive: true, force: true })
}

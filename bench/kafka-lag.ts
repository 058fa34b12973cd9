// Memory of the service while it works off a backlog: resident every second until nothing is left.
// node bench/kafka-lag.ts [lines] [lines per message]
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startKafka } from '#test/support/kafka/start.ts'
import { withinOneDay } from './kafka/corpus.ts'
import { ingestTopic, type Sample } from './kafka/ingest-topic.ts'
import { produceCorpus } from './kafka/produce.ts'

const [wanted = '5000000', size = '200'] = process.argv.slice(2)
const lines = Number(wanted)
const work = await mkdtemp(join(tmpdir(), 'afterlog-bench-lag-'))
const say = (text: string): void => void process.stdout.write(`${text}\n`)

try {
  await using broker = await startKafka()
  const { brokers, pid: brokerPid } = broker
  const topic = 'bench-lag'
  // As many hours as the corpus has rounds, a backlog of most of a day.
  const corpus = { lines, seed: 11, partitions: 6, untilMs: withinOneDay(Date.now()), hours: Math.ceil(lines / 250_000) }
  const produced = await produceCorpus({ ...corpus, brokers, topic, linesPerMessage: Number(size) })
  say(
    `backlog: ${lines} lines in ${produced.messages} messages, ${Math.round(produced.bytes / 1e6)} MB, produced in ${produced.seconds.toFixed(1)} s`,
  )
  const samples: Sample[] = []
  const figures = await ingestTopic({
    brokers,
    brokerPid,
    topic,
    dataDir: join(work, 'data'),
    settle: false,
    onSecond: (sample) => {
      samples.push(sample)
      const done = (1 - sample.lag / produced.messages) * 100
      say(`${sample.seconds.toFixed(0).padStart(5)} s ${done.toFixed(1).padStart(6)} % ${sample.residentMiB} MiB`)
    },
  })
  const at = (share: number): number => samples.find(({ lag }) => 1 - lag / produced.messages >= share)?.residentMiB ?? Number.NaN
  const half = samples.filter(({ lag }) => lag <= produced.messages / 2).map(({ residentMiB }) => residentMiB)
  say(`resident MiB at 10 %: ${at(0.1)}, at 50 %: ${at(0.5)}, at 100 %: ${at(1)}; peak ${figures.peakMiB}`)
  say(`from 50 % on: ${Math.min(...half)} to ${Math.max(...half)}`)
  say(
    `${Math.round(lines / figures.seconds)} lines/s, ${((figures.cpuSeconds / lines) * 1e6).toFixed(2)} CPU s per M lines, broker ${((figures.brokerCpuSeconds / lines) * 1e6).toFixed(2)}; ${figures.inserts} inserts`,
  )
  if (figures.lines !== lines) {
    say(`WRONG: a query shows ${figures.lines} lines of ${lines}`)
    process.exitCode = 1
  }
} finally {
  await rm(work, { recursive: true, force: true })
}

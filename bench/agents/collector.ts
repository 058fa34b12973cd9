// A real OpenTelemetry Collector that reads a pod's files of numbered lines through their rotations, with the
// configuration in deploy/agents/otel-collector: nothing lost, nothing twice, in order. It is killed as often as asked.
// Its builder makes it of builder.yaml from Go modules (some minutes) where --collector names none.
// Run by hand: node bench/agents/collector.ts [--collector BINARY] [--lines 100000] [--rotations 5] [--kills 0] [--kafka]
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { setTimeout as sleep } from 'node:timers/promises'
import { numberedCriLine, writeRotated } from '#test/support/agents/rsyslog-file.ts'
import { startKafka } from '#test/support/kafka/start.ts'
import { createTopics } from '#test/support/kafka/topics.ts'
import { root, spawnService } from '#test/support/service-process.ts'
import { cpuSeconds } from '../load/process-cost.ts'
import { startEnv } from '../load/start-env.ts'
import { accepted, report, verdict } from './numbered-lines.ts'

const { values } = parseArgs({
  options: {
    collector: { type: 'string' },
    lines: { type: 'string', default: '100000' },
    rotations: { type: 'string', default: '5' },
    kills: { type: 'string', default: '0' },
    kafka: { type: 'boolean', default: false },
  },
})
const [lines, rotations, kills] = [values.lines, values.rotations, values.kills].map(Number) as [number, number, number]
const builder = 'go.opentelemetry.io/collector/cmd/builder@v0.165.0'

async function built(dir: string): Promise<string> {
  await mkdir(dir, { recursive: true })
  await copyFile(join(import.meta.dirname, 'collector/builder.yaml'), join(dir, 'builder.yaml'))
  process.stdout.write('building the collector, which takes some minutes…\n')
  const { status } = spawnSync('go', ['run', builder, '--config', 'builder.yaml'], {
    cwd: dir,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, CGO_ENABLED: '0' },
  })
  if (status !== 0) throw new Error('the collector could not be built; Go 1.25 or later must be installed')
  return join(dir, 'otelcol')
}

/** Runs it until `stop`, and kills it `kills` times before, some time after the other. */
function runCollector(binary: string, configs: readonly string[], env: Record<string, string>) {
  const files = configs.flatMap((name) => ['--config', join(root, 'deploy/agents/otel-collector', name)])
  // Its own metrics would take a port of this machine.
  const args = [...files, '--set', 'service.telemetry.metrics.level=none']
  const start = () => spawn(binary, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'ignore'] })
  let child = start()
  process.once('exit', () => child.kill('SIGKILL'))
  process.once('SIGTERM', () => process.exit(1))
  const killing = (async (): Promise<void> => {
    for (let kill = 0; kill < kills; kill++) {
      await sleep(2500)
      child.kill('SIGKILL')
      await once(child, 'exit')
      child = start()
    }
  })()
  return {
    stop: async (): Promise<void> => {
      await killing
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}

const work = await mkdtemp(join(tmpdir(), 'afterlog-bench-collector-'))
const binary = values.collector ?? (await built(join(tmpdir(), 'afterlog-otelcol')))
try {
  await using kafka = values.kafka ? await startKafka() : undefined
  if (kafka !== undefined) await createTopics(kafka.brokers, [{ topic: 'otlp_logs' }])
  const topics = 'afterlog.logs:native,afterlog.lifecycle:lifecycle,otlp_logs:otlp-proto'
  const env = kafka === undefined ? {} : { AFTERLOG_KAFKA_BROKERS: kafka.brokers, AFTERLOG_KAFKA_TOPICS: topics }
  await using service = spawnService({ dataDir: join(work, 'data'), env: { ...startEnv, ...env } })
  const url = await service.serving
  const directory = join(work, 'pods/shop_cart-7d9f_5b0c6a3e-3f0c-4d25-9f3a-6f2f8f4a1c11/app')
  await mkdir(directory, { recursive: true })
  const [startedMs, before] = [performance.now(), cpuSeconds(service.pid)]
  const collector = runCollector(binary, kafka === undefined ? ['config.yaml'] : ['config.yaml', 'kafka.yaml'], {
    AFTERLOG: url,
    NODE_NAME: 'node-7',
    POD_LOGS: join(work, 'pods'),
    STATE: join(work, 'state'),
    ...(kafka === undefined ? {} : { KAFKA_BROKERS: kafka.brokers }),
  })
  const renamed = (begin: number): string => `0.log.20261123-${String(begin).padStart(6, '0')}`
  await writeRotated(join(directory, '0.log'), lines, rotations, { lineOf: numberedCriLine, renamed })
  await accepted(url, lines)
  // What was sent again behind a kill.
  await sleep(5000)
  const [seconds, cpu] = [(performance.now() - startedMs) / 1000, cpuSeconds(service.pid) - before]
  await collector.stop()
  const found = await verdict(url, lines, (message) => Number(/^line (\d+) /.exec(message)?.[1]))
  const way = kafka === undefined ? 'OTLP over HTTP' : 'a topic of format otlp-proto'
  report(`OpenTelemetry Collector, ${way}, ${rotations} rotations, ${kills} kills`, lines, {
    ...found,
    seconds,
    cpuSeconds: cpu,
  })
} finally {
  await rm(work, { recursive: true, force: true })
}

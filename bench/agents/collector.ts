// A real OpenTelemetry Collector that reads a pod's files of numbered lines through their rotations, with the
// configuration in deploy/agents/otel-collector: nothing lost, nothing twice, in order. It is killed as often as asked.
// Its builder makes it of builder.yaml from Go modules (some minutes) where --collector names none.
// Run by hand: node bench/agents/collector.ts [--collector BINARY] [--lines 100000] [--rotations 5] [--kills 0] [--kafka]
import { spawnSync } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { setTimeout as sleep } from 'node:timers/promises'
import { startKafka } from '#test/support/kafka/start.ts'
import { createTopics } from '#test/support/kafka/topics.ts'
import { root, spawnService } from '#test/support/service-process.ts'
import { cpuSeconds, residentMiB } from '../load/process-cost.ts'
import { startEnv } from '../load/start-env.ts'
import { runKilled } from './killed-agent.ts'
import { accepted, report, verdict } from './numbered-lines.ts'
import { podDirectory, writePodFile } from './pod-file.ts'

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

const work = await mkdtemp(join(tmpdir(), 'afterlog-bench-collector-'))
const binary = values.collector ?? (await built(join(tmpdir(), 'afterlog-otelcol')))
try {
  await using kafka = values.kafka ? await startKafka() : undefined
  if (kafka !== undefined) await createTopics(kafka.brokers, [{ topic: 'otlp_logs' }])
  const topics = 'afterlog.logs:native,afterlog.lifecycle:lifecycle,otlp_logs:otlp-proto'
  const env = kafka === undefined ? {} : { AFTERLOG_KAFKA_BROKERS: kafka.brokers, AFTERLOG_KAFKA_TOPICS: topics }
  await using service = spawnService({ dataDir: join(work, 'data'), env: { ...startEnv, ...env } })
  const url = await service.serving
  const directory = await podDirectory(join(work, 'pods'))
  const [startedMs, before] = [performance.now(), cpuSeconds(service.pid)]
  const configs = kafka === undefined ? ['config.yaml'] : ['config.yaml', 'kafka.yaml']
  const files = configs.flatMap((name) => ['--config', join(root, 'deploy/agents/otel-collector', name)])
  const collector = runKilled({
    binary,
    // Its own metrics would take a port of this machine.
    args: [...files, '--set', 'service.telemetry.metrics.level=none'],
    env: {
      AFTERLOG: url,
      NODE_NAME: 'node-7',
      POD_LOGS: join(work, 'pods'),
      STATE: join(work, 'state'),
      ...(kafka === undefined ? {} : { KAFKA_BROKERS: kafka.brokers }),
    },
    kills,
    everyMs: 2500,
  })
  await writePodFile(directory, lines, rotations)
  await accepted(url, lines)
  // What was sent again behind a kill.
  await sleep(5000)
  const [seconds, cpu] = [(performance.now() - startedMs) / 1000, cpuSeconds(service.pid) - before]
  const agent = await collector.stop()
  const found = await verdict(url, lines)
  const way = kafka === undefined ? 'OTLP over HTTP' : 'a topic of format otlp-proto'
  report(`OpenTelemetry Collector, ${way}, ${rotations} rotations, ${kills} kills`, lines, {
    ...found,
    seconds,
    cpuSeconds: cpu,
    peakMiB: residentMiB(service.pid).peak,
    agent,
  })
} finally {
  await rm(work, { recursive: true, force: true })
}

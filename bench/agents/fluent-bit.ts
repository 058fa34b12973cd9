// A real Fluent Bit that reads a pod's files of numbered lines through their rotations, with a configuration of
// deploy/agents/fluent-bit: nothing lost, nothing twice, in order. It is killed as often as asked.
// Run by hand: node bench/agents/fluent-bit.ts --fluent-bit BINARY [--output http] [--lines 100000] [--rotations 5]
//   [--kills 0] [--file-seconds 6]. VERBOSE=1 shows what Fluent Bit says. A file that is written for less than the
//   `refresh_interval` of 5 s is renamed before Fluent Bit has found it; the kubelet rotates every 10 s at most.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { setTimeout as sleep } from 'node:timers/promises'
import { startKafka } from '#test/support/kafka/start.ts'
import { createTopics } from '#test/support/kafka/topics.ts'
import { spawnService } from '#test/support/service-process.ts'
import { cpuSeconds, residentMiB } from '../load/process-cost.ts'
import { startEnv } from '../load/start-env.ts'
import { writeConfig } from './fluent-bit/configuration.ts'
import { outputs, placeOf } from './fluent-bit/outputs.ts'
import { runKilled } from './killed-agent.ts'
import { accepted, report, verdict } from './numbered-lines.ts'
import { podDirectory, writePodFile } from './pod-file.ts'

const { values } = parseArgs({
  options: {
    'fluent-bit': { type: 'string', default: 'fluent-bit' },
    output: { type: 'string', default: 'http' },
    lines: { type: 'string', default: '100000' },
    rotations: { type: 'string', default: '5' },
    kills: { type: 'string', default: '0' },
    'file-seconds': { type: 'string', default: '6' },
  },
})
const [lines, rotations, kills] = [values.lines, values.rotations, values.kills].map(Number) as [number, number, number]
const output = outputs[values.output]
if (output === undefined) throw new Error(`--output must be one of ${Object.keys(outputs).join(', ')}`)

const work = await mkdtemp(join(tmpdir(), 'afterlog-bench-fluent-bit-'))
try {
  await using kafka = output.topic === undefined ? undefined : await startKafka()
  if (kafka !== undefined) await createTopics(kafka.brokers, [{ topic: output.topic!.split(':')[0]! }])
  const { port, env } = await placeOf(output, kafka?.brokers)
  await using service = spawnService({ dataDir: join(work, 'data'), env: { ...startEnv, ...env } })
  const url = await service.serving
  const directory = await podDirectory(join(work, 'pods'))
  const [startedMs, before] = [performance.now(), cpuSeconds(service.pid)]
  const fluentBit = runKilled({
    binary: values['fluent-bit'],
    args: ['--config', await writeConfig(work, output)],
    env: {
      AFTERLOG_HOST: '127.0.0.1',
      AFTERLOG_PORT: String(port ?? new URL(url).port),
      KAFKA_BROKERS: kafka?.brokers ?? '',
      NODE_NAME: 'node-7',
      POD_LOGS: join(work, 'pods/*/*/*.log'),
    },
    kills,
    everyMs: 5300,
  })
  await writePodFile(directory, lines, rotations, Number(values['file-seconds']) * 1000)
  await accepted(url, lines, 60_000).catch(() => process.stdout.write('there are fewer lines than were written\n'))
  // What was sent again behind a kill.
  await sleep(5000)
  const [seconds, cpu] = [(performance.now() - startedMs) / 1000, cpuSeconds(service.pid) - before]
  const agent = await fluentBit.stop()
  report(`Fluent Bit, ${values.output}, ${rotations} rotations, ${kills} kills`, lines, {
    ...(await verdict(url, lines)),
    seconds,
    cpuSeconds: cpu,
    peakMiB: residentMiB(service.pid).peak,
    agent,
  })
} finally {
  await rm(work, { recursive: true, force: true })
}

// `tail -F | kcat` on a container's file of numbered lines through its rotations, to a topic of format `cri` with the
// file's path as the key: nothing lost, nothing twice, in order.
// Run by hand: node bench/agents/kcat.ts [--lines 100000] [--rotations 5]
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { startKafka } from '#test/support/kafka/start.ts'
import { createTopics } from '#test/support/kafka/topics.ts'
import { spawnService } from '#test/support/service-process.ts'
import { cpuSeconds } from '../load/process-cost.ts'
import { startEnv } from '../load/start-env.ts'
import { accepted, report, verdict } from './numbered-lines.ts'
import { podDirectory, writePodFile } from './pod-file.ts'

const { values } = parseArgs({
  options: { lines: { type: 'string', default: '100000' }, rotations: { type: 'string', default: '5' } },
})
const [lines, rotations] = [Number(values.lines), Number(values.rotations)]
const work = await mkdtemp(join(tmpdir(), 'afterlog-bench-kcat-'))
const topic = 'container_files'

try {
  await using kafka = await startKafka()
  await createTopics(kafka.brokers, [{ topic }])
  const env = {
    AFTERLOG_KAFKA_BROKERS: kafka.brokers,
    AFTERLOG_KAFKA_TOPICS: `afterlog.logs:native,afterlog.lifecycle:lifecycle,${topic}:cri`,
  }
  await using service = spawnService({ dataDir: join(work, 'data'), env: { ...startEnv, ...env } })
  const url = await service.serving
  const directory = await podDirectory(join(work, 'pods'))
  const file = join(directory, '0.log')
  await writeFile(file, '')
  const [beganMs, before] = [performance.now(), cpuSeconds(service.pid)]
  const tail = spawn('tail', ['-n', '+1', '-F', file], { stdio: ['ignore', 'pipe', 'ignore'] })
  const kcat = spawn(
    'kcat',
    ['-P', '-b', kafka.brokers, '-t', topic, '-k', join('/var/log', relative(work, file)), '-X', 'enable.idempotence=true'],
    { stdio: ['pipe', 'ignore', 'inherit'] },
  )
  tail.stdout.pipe(kcat.stdin)
  await writePodFile(directory, lines, rotations)
  tail.kill()
  await once(kcat, 'exit')
  await accepted(url, lines)
  const [seconds, cpu] = [(performance.now() - beganMs) / 1000, cpuSeconds(service.pid) - before]
  const found = await verdict(url, lines)
  report(`kcat, a topic of format cri, ${rotations} rotations`, lines, { ...found, seconds, cpuSeconds: cpu })
} finally {
  await rm(work, { recursive: true, force: true })
}

// A real rsyslogd that reads a file of numbered lines through its rotations and sends it over TCP: nothing lost, nothing
// twice, in order. With --kafka through omkafka and a broker.
// Run by hand: node bench/agents/rsyslog.ts [--lines 100000] [--rotations 5] [--kafka syslog|fluent]
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startRsyslog } from '#test/support/agents/processes.ts'
import { imfile, writeRotated } from '#test/support/agents/rsyslog-file.ts'
import { freePort } from '#test/support/kafka/free-port.ts'
import { startKafka } from '#test/support/kafka/start.ts'
import { createTopics } from '#test/support/kafka/topics.ts'
import { spawnService } from '#test/support/service-process.ts'
import { cpuSeconds } from '../load/process-cost.ts'
import { startEnv } from '../load/start-env.ts'
import { accepted, report, verdict } from './numbered-lines.ts'

const { values } = parseArgs({
  options: {
    lines: { type: 'string', default: '100000' },
    rotations: { type: 'string', default: '5' },
    kafka: { type: 'string', default: '' },
  },
})
const [lines, rotations] = [Number(values.lines), Number(values.rotations)]
const work = await mkdtemp(join(tmpdir(), 'afterlog-bench-rsyslog-'))
const file = join(work, 'app.log')
const template = 'RSYSLOG_SyslogProtocol23Format'

interface Way {
  env: Record<string, string>
  config: string
}

async function overTcp(): Promise<Way> {
  const port = await freePort()
  return {
    env: { AFTERLOG_LISTEN_SYSLOG: `127.0.0.1:${port}` },
    config: `*.* action(type="omfwd" target="127.0.0.1" port="${port}" protocol="tcp" tcp_framing="octet-counted"
  template="${template}" action.resumeRetryCount="-1")`,
  }
}

async function overKafka(brokers: string, format: string): Promise<Way> {
  const topic = 'rsyslog'
  await createTopics(brokers, [{ topic }])
  return {
    env: {
      AFTERLOG_KAFKA_BROKERS: brokers,
      AFTERLOG_KAFKA_TOPICS: `afterlog.logs:native,afterlog.lifecycle:lifecycle,${topic}:${format}`,
    },
    config: `module(load="omkafka")
template(name="json" type="list" option.jsonf="on") {
  property(outname="time" name="timereported" dateFormat="rfc3339" format="jsonf")
  property(outname="hostname" name="hostname" format="jsonf")
  property(outname="programname" name="programname" format="jsonf")
  property(outname="message" name="msg" format="jsonf")
}
*.* action(type="omkafka" broker="${brokers}" topic="${topic}" template="${format === 'syslog' ? template : 'json'}"
  confParam=["acks=all"] action.resumeRetryCount="-1")`,
  }
}

try {
  await using kafka = values.kafka === '' ? undefined : await startKafka()
  const way = kafka === undefined ? await overTcp() : await overKafka(kafka.brokers, values.kafka)
  await using service = spawnService({ dataDir: join(work, 'data'), env: { ...startEnv, ...way.env } })
  const url = await service.serving
  const [beganMs, before] = [performance.now(), cpuSeconds(service.pid)]
  await using rsyslog = await startRsyslog(join(work, 'rsyslog'), `${imfile(file)}\n${way.config}`)
  await writeRotated(file, lines, rotations)
  await accepted(url, lines)
  const [seconds, cpu] = [(performance.now() - beganMs) / 1000, cpuSeconds(service.pid) - before]
  await rsyslog.stop()
  const found = await verdict(url, lines)
  const name = values.kafka === '' ? 'rsyslog omfwd over TCP' : `rsyslog omkafka, topic of format ${values.kafka}`
  report(`${name}, ${rotations} rotations`, lines, { ...found, seconds, cpuSeconds: cpu })
} finally {
  await rm(work, { recursive: true, force: true })
}

// The service as a child process works off a topic: from the moment it knows its partitions to the commit of the last
// message, and on until it has merged what it stored. The committed offsets are the end: a line is committed after it
// is stored.
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient, histogramTotal } from '../faults/answers.ts'
import { cpuSeconds, residentMiB } from '../load/process-cost.ts'
import { spawnService } from '#test/support/service-process.ts'
import { watchGroup } from './group-lag.ts'
import { untilQuiet } from './settle.ts'
import { startEnv } from '../load/start-env.ts'

export interface IngestTopicOptions {
  brokers: string
  brokerPid: number
  topic: string
  dataDir: string
  /** Waits for merges. */
  settle: boolean
  /** Called about once a second, and at the end. */
  onSecond?(sample: Sample): void
  env?: Readonly<Record<string, string>>
}

export interface Sample {
  seconds: number
  /** Messages that are not committed. */
  lag: number
  residentMiB: number
}

export interface IngestFigures {
  seconds: number
  cpuSeconds: number
  /** Once it has fallen quiet. */
  cpuSettled: number
  brokerCpuSeconds: number
  peakMiB: number
  inserts: number
  /** Rows inserted, of lines that came twice too. */
  rows: number
  /** That a query answers. */
  lines: number
}

export async function ingestTopic(options: IngestTopicOptions): Promise<IngestFigures> {
  const { brokers, brokerPid, topic, dataDir, onSecond } = options
  const group = `bench-${topic}`
  await using watch = await watchGroup({ brokers, topic, group })
  await using service = spawnService({
    dataDir,
    env: {
      ...startEnv,
      AFTERLOG_KAFKA_BROKERS: brokers,
      AFTERLOG_KAFKA_GROUP: group,
      AFTERLOG_KAFKA_TOPICS: `${topic}:native`,
      // For the count at the end, which is of the whole store in one query.
      AFTERLOG_QUERY_MEMORY_BYTES: String(8 * 1024 ** 3),
      ...options.env,
    },
  })
  const url = await service.serving
  await service.logged(({ msg, partitions }) => msg === 'partitions assigned' && (partitions as string[]).length > 0)
  const startedMs = performance.now()
  const before = { service: cpuSeconds(service.pid), broker: cpuSeconds(brokerPid) }
  const elapsed = (): number => (performance.now() - startedMs) / 1000
  const tell = (lag: number): void => onSecond?.({ seconds: elapsed(), lag, residentMiB: residentMiB(service.pid).now })

  let toldMs = Number.NEGATIVE_INFINITY
  for (;;) {
    const lag = await watch.lag()
    if (lag === 0) break
    if (performance.now() - toldMs >= 1000) {
      toldMs = performance.now()
      tell(lag)
    }
    await sleep(50)
  }
  const seconds = elapsed()
  const cpu = cpuSeconds(service.pid)
  const brokerCpuSeconds = cpuSeconds(brokerPid) - before.broker
  tell(0)
  const peakMiB = residentMiB(service.pid).peak
  const settled = options.settle ? (await untilQuiet(() => cpuSeconds(service.pid), 120_000)).cpuSeconds : cpu
  const metrics = await (await fetch(`${url}/metrics`)).text()
  const metric = (name: string): number => Number(new RegExp(`^${name}\\{table="logs"\\} (\\d+)`, 'm').exec(metrics)?.[1] ?? 0)
  const lines = await histogramTotal(createClient(url, 'default'))
  service.kill('SIGTERM')
  await service.exited
  return {
    seconds,
    cpuSeconds: cpu - before.service,
    cpuSettled: settled - before.service,
    brokerCpuSeconds,
    peakMiB,
    inserts: metric('afterlog_store_insert_duration_seconds_count'),
    rows: metric('afterlog_store_rows_inserted_total'),
    lines,
  }
}

// Reads figures of this process from its own metrics, so that GET /v1/store and GET /metrics say the same. A figure is
// missing where another process does the work.
import type { Registry } from 'prom-client'
import type { StoreJson } from './store-schema.ts'

export type ProcessFigures = Pick<StoreJson, 'kafka'> & {
  projectorLagSeconds: number | null
  projectorBacklog: number | null
  inflightBytes: number | null
}

interface Labelled {
  value: number
  topic: string
  partition: number
}

export async function readFigures(registry: Registry): Promise<ProcessFigures> {
  const valuesOf = async (name: string): Promise<Labelled[]> => {
    const metric = registry.getSingleMetric(name)
    if (metric === undefined) return []
    const { values } = await metric.get()
    return values.map(({ value, labels }) => ({
      value,
      topic: String(labels['topic'] ?? ''),
      partition: Number(labels['partition'] ?? 0),
    }))
  }
  const [lag, backlog, inflight, behind, seconds] = await Promise.all(
    [
      'afterlog_projector_lag_seconds',
      'afterlog_projector_backlog',
      'afterlog_ingest_inflight_bytes',
      'afterlog_kafka_partition_lag',
      'afterlog_kafka_partition_lag_seconds',
    ].map(valuesOf),
  )
  return {
    projectorLagSeconds: lag![0]?.value ?? null,
    projectorBacklog: backlog![0]?.value ?? null,
    inflightBytes: inflight![0]?.value ?? null,
    kafka: kafkaOf(behind!, seconds!),
  }
}

function kafkaOf(behind: readonly Labelled[], seconds: readonly Labelled[]): StoreJson['kafka'] {
  if (behind.length === 0) return null
  const partitions = behind.map(({ topic, partition, value }) => ({
    topic,
    partition,
    messagesBehind: value,
    secondsBehind: seconds.find((one) => one.topic === topic && one.partition === partition)?.value ?? null,
  }))
  const known = partitions.flatMap(({ secondsBehind }) => secondsBehind ?? [])
  return {
    messagesBehind: partitions.reduce((sum, { messagesBehind }) => sum + messagesBehind, 0),
    secondsBehind: known.length === 0 ? null : Math.max(...known),
    partitions: partitions.toSorted((a, b) =>
      a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1,
    ),
  }
}

// All metrics of the ingest service.
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { TopicPartition } from '#shared/kafka/consumer-port.ts'
import { durationBuckets } from '#shared/process-metrics.ts'
import { watchedKinds, type WatchedKind } from '#shared/kubernetes/watched-kind.ts'
import type { RejectCounts } from './normalise/reject.ts'
import type { TableName } from './store/table-rows.ts'

export interface IngestMetrics {
  accepted(source: string, outcome: { accepted: number; nulBytes?: number }): void
  rejected(counts: RejectCounts): void
  inserted(table: TableName, rows: number, bytes: number, seconds: number): void
  insertFailed(table: TableName, code: string): void
}

export function createIngestMetrics({
  registry,
  inflight,
}: {
  registry: Registry
  inflight: { readonly bytes: number }
}): IngestMetrics {
  const registers = [registry]
  const accepted = new Counter({
    name: 'afterlog_ingest_records_accepted_total',
    help: 'Records acknowledged',
    labelNames: ['source'],
    registers,
  })
  const nuls = new Counter({
    name: 'afterlog_ingest_skipped_nul_bytes_total',
    help: 'NUL bytes skipped in front of lines',
    labelNames: ['source'],
    registers,
  })
  const rejected = new Counter({
    name: 'afterlog_ingest_records_rejected_total',
    help: 'Records that became dead letters',
    labelNames: ['reason'],
    registers,
  })
  const rows = new Counter({
    name: 'afterlog_store_rows_inserted_total',
    help: 'Rows stored',
    labelNames: ['table'],
    registers,
  })
  const bytes = new Counter({
    name: 'afterlog_store_bytes_inserted_total',
    help: 'Bytes of rows stored, as sent to the store',
    labelNames: ['table'],
    registers,
  })
  const failures = new Counter({
    name: 'afterlog_store_inserts_failed_total',
    help: 'Inserts that failed',
    labelNames: ['table', 'code'],
    registers,
  })
  const seconds = new Histogram({
    name: 'afterlog_store_insert_duration_seconds',
    help: 'Time of an insert',
    labelNames: ['table'],
    buckets: durationBuckets,
    registers,
  })
  const inflightBytes: Gauge = new Gauge({
    name: 'afterlog_ingest_inflight_bytes',
    help: 'Bytes of bodies and rows in flight',
    registers,
    collect: () => inflightBytes.set(inflight.bytes),
  })
  return {
    accepted: (source, { accepted: records, nulBytes = 0 }) => {
      accepted.inc({ source }, records)
      if (nulBytes > 0) nuls.inc({ source }, nulBytes)
    },
    rejected: (counts) => {
      for (const [reason, records] of counts) rejected.inc({ reason }, records)
    },
    inserted: (table, count, size, time) => {
      rows.inc({ table }, count)
      bytes.inc({ table }, size)
      seconds.observe({ table }, time)
    },
    insertFailed: (table, code) => failures.inc({ table, code }),
  }
}

export type SyslogTransport = 'tcp' | 'udp'

export interface SyslogMetrics {
  received(transport: SyslogTransport, messages: number): void
  /** `no-room` for a datagram or a long message, `broken` and `cut-short` of a connection, `not-stored` at a stop. */
  dropped(transport: SyslogTransport, reason: string, messages: number): void
}

/** @param kernelDrops Datagrams that the kernel has dropped so far. */
export function createSyslogMetrics({
  registry,
  kernelDrops,
}: {
  registry: Registry
  kernelDrops: () => number
}): SyslogMetrics {
  const registers = [registry]
  const received = new Counter({
    name: 'afterlog_syslog_messages_received_total',
    help: 'Syslog messages read from sockets',
    labelNames: ['transport'],
    registers,
  })
  const dropped: Counter<'transport' | 'reason'> = new Counter({
    name: 'afterlog_syslog_messages_dropped_total',
    help: 'Syslog messages that are lost; kernel: datagrams for which the receive buffer had no room',
    labelNames: ['transport', 'reason'],
    registers,
    collect: () => {
      const drops = kernelDrops()
      dropped.inc({ transport: 'udp', reason: 'kernel' }, Math.max(drops - countedDrops, 0))
      countedDrops = drops
    },
  })
  let countedDrops = 0
  return {
    received: (transport, messages) => received.inc({ transport }, messages),
    dropped: (transport, reason, messages) => dropped.inc({ transport, reason }, messages),
  }
}

export interface KafkaMetrics {
  /**
   * Replaces the assignment: partitions of other consumers are no longer reported here. Lag is reported once it is
   * measured.
   */
  assigned(partitions: readonly TopicPartition[]): void
  fetched(at: TopicPartition, messages: number): void
  delivered(topic: string, outcome: { accepted: number; nulBytes?: number; rejected: RejectCounts }): void
  committed(at: TopicPartition, nowMs: number): void
  /** `secondsBehind` is undefined where it is not known; the metric is then left out. */
  lag(at: TopicPartition, messages: number, secondsBehind: number | undefined): void
}

export function createKafkaMetrics({ registry, ingest }: { registry: Registry; ingest: IngestMetrics }): KafkaMetrics {
  const registers = [registry]
  const labelNames = ['topic', 'partition'] as const
  const gauge = (name: string, help: string) => new Gauge({ name, help, labelNames, registers })
  const lag = gauge(
    'afterlog_kafka_partition_lag',
    'Messages of an assigned partition that are not acknowledged by the store',
  )
  const behind = gauge(
    'afterlog_kafka_partition_lag_seconds',
    'Age of the newest message that is acknowledged, where there are newer ones',
  )
  const commits = gauge(
    'afterlog_kafka_last_commit_timestamp_seconds',
    'When offsets of an assigned partition were last committed',
  )
  const assignments = new Counter({
    name: 'afterlog_kafka_assignments_total',
    help: 'Times that partitions were assigned anew',
    registers,
  })
  const messages = new Counter({
    name: 'afterlog_kafka_messages_fetched_total',
    help: 'Messages fetched, again after a rebalance',
    labelNames: ['topic'],
    registers,
  })
  const labels = ({ topic, partition }: TopicPartition) => ({ topic, partition: String(partition) })
  return {
    assigned: (partitions) => {
      for (const each of [lag, behind, commits]) each.reset()
      if (partitions.length > 0) assignments.inc()
    },
    fetched: ({ topic }, count) => messages.inc({ topic }, count),
    delivered: (topic, outcome) => {
      ingest.accepted(`kafka:${topic}`, outcome)
      ingest.rejected(outcome.rejected)
    },
    committed: (at, nowMs) => commits.set(labels(at), nowMs / 1000),
    lag: (at, count, seconds) => {
      lag.set(labels(at), count)
      if (seconds === undefined) behind.remove(labels(at))
      else behind.set(labels(at), seconds)
    },
  }
}

/**
 * Why all objects of a kind are listed: at the start, after 410 Gone to a watch (`expired`) or to the next page of a
 * list (`list-expired`), or after a watch without any message (`silent`).
 */
export type RelistReason = 'start' | 'expired' | 'list-expired' | 'silent'

export interface WatchMetrics {
  /** The API server sent a message, if only a bookmark. */
  heard(kind: WatchedKind): void
  delivered(kind: WatchedKind, objects: number): void
  listed(kind: WatchedKind, reason: RelistReason): void
  vanished(kind: WatchedKind, objects: number): void
}

export function createWatchMetrics({ registry, clock }: { registry: Registry; clock: () => number }): WatchMetrics {
  const registers = [registry]
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Counter({ name, help, labelNames, registers })
  const objects = counter('afterlog_kubernetes_objects_total', 'Objects of an API server that are durable', ['kind'])
  const lists = counter(
    'afterlog_kubernetes_lists_total',
    'Lists of all objects of a kind, by the reason for the list',
    ['kind', 'reason'],
  )
  const gone = counter('afterlog_kubernetes_vanished_total', 'Objects recorded as deleted because a list lacked them', [
    'kind',
  ])
  const heardMs = new Map<WatchedKind, number>(watchedKinds.map((kind) => [kind, clock()]))
  const silence: Gauge<'kind'> = new Gauge({
    name: 'afterlog_kubernetes_last_message_age_seconds',
    help: 'Seconds since the last message about a kind, or since the start; a bookmark comes once a minute',
    labelNames: ['kind'],
    registers,
    collect: () => {
      for (const [kind, ms] of heardMs) silence.set({ kind }, Math.max(clock() - ms, 0) / 1000)
    },
  })
  return {
    heard: (kind) => void heardMs.set(kind, clock()),
    delivered: (kind, count) => objects.inc({ kind }, count),
    listed: (kind, reason) => lists.inc({ kind, reason }),
    vanished: (kind, count) => gone.inc({ kind }, count),
  }
}

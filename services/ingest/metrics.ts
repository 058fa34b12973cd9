// Every metric of the ingest service.
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { InflightBytes } from './buffer/inflight.ts'
import type { RejectReason } from './normalise/reject.ts'
import type { TableName } from './store/table-rows.ts'

export interface IngestMetrics {
  accepted(source: string, records: number): void
  rejected(reason: RejectReason): void
  inserted(table: TableName, rows: number, bytes: number, seconds: number): void
  insertFailed(table: TableName, code: string): void
}

export function createIngestMetrics({ registry, inflight }: { registry: Registry; inflight: InflightBytes }): IngestMetrics {
  const registers = [registry]
  const accepted = new Counter({
    name: 'afterlog_ingest_records_accepted_total',
    help: 'Records acknowledged',
    labelNames: ['source'],
    registers,
  })
  const rejected = new Counter({
    name: 'afterlog_ingest_records_rejected_total',
    help: 'Records that became dead letters',
    labelNames: ['reason'],
    registers,
  })
  const rows = new Counter({ name: 'afterlog_store_rows_inserted_total', help: 'Rows stored', labelNames: ['table'], registers })
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
    name: 'afterlog_store_insert_seconds',
    help: 'Time of an insert',
    labelNames: ['table'],
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 30],
    registers,
  })
  const inflightBytes: Gauge = new Gauge({
    name: 'afterlog_ingest_inflight_bytes',
    help: 'Bytes of bodies and rows in flight',
    registers,
    collect: () => inflightBytes.set(inflight.bytes),
  })
  return {
    accepted: (source, records) => accepted.inc({ source }, records),
    rejected: (reason) => rejected.inc({ reason }),
    inserted: (table, count, size, time) => {
      rows.inc({ table }, count)
      bytes.inc({ table }, size)
      seconds.observe({ table }, time)
    },
    insertFailed: (table, code) => failures.inc({ table, code }),
  }
}

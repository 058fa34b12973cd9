// Metrics of a process of Afterlog, whatever services run in it: the process itself, its version, its statements and
// the sessions of its embedded engine. Each service declares its own in its metrics.ts, store-metrics.ts has the stored
// data. docs/metrics.md lists all of them.
import { collectDefaultMetrics, Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { StatementEnd } from './clickhouse/observed-store.ts'
import type { Lane } from './clickhouse/session-pool.ts'
import type { StatementLane } from './clickhouse/statement-lanes.ts'
import { version } from './version.ts'

export type ServiceName = 'ingest' | 'query' | 'projector' | 'process'

export interface ProcessMetrics {
  /** Returns the function that counts a service's statements, for `observeStore`. */
  statements(service: ServiceName): (end: StatementEnd) => void
  /** Counts how long a statement waited for its place, or for a session of the embedded engine. */
  sessionWaited(lane: Lane | StatementLane, seconds: number): void
}

/** From a lookup by key to the longest possible request, so that quantiles are exact to a factor of two or so. */
export const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const MiB = 1024 * 1024

export function createProcessMetrics(registry: Registry): ProcessMetrics {
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  new Gauge({
    name: 'afterlog_build_info',
    help: 'Always 1; the labels say which version runs on which Node',
    labelNames: ['version', 'node'],
    registers,
  }).set({ version, node: process.versions.node }, 1)
  const labelNames = ['service', 'statement'] as const
  const seconds = new Histogram({
    name: 'afterlog_statement_duration_seconds',
    help: 'Time of a statement of the store that succeeded, with its wait for a session',
    labelNames,
    buckets: durationBuckets,
    registers,
  })
  const rows = new Counter({
    name: 'afterlog_statement_rows_read_total',
    help: 'Rows that statements read',
    labelNames,
    registers,
  })
  const bytes = new Counter({
    name: 'afterlog_statement_bytes_read_total',
    help: 'Uncompressed bytes of columns that statements read',
    labelNames,
    registers,
  })
  const memory = new Histogram({
    name: 'afterlog_statement_memory_bytes',
    help: 'Peak memory of a statement; a ClickHouse server reports it, the embedded engine does not',
    labelNames,
    buckets: [1, 4, 16, 64, 256, 1024].map((mebibytes) => mebibytes * MiB),
    registers,
  })
  const failures = new Counter({
    name: 'afterlog_statements_failed_total',
    help: 'Statements that failed, by code; cancelled means that the client had left',
    labelNames: [...labelNames, 'code'],
    registers,
  })
  const waits = new Histogram({
    name: 'afterlog_store_session_wait_seconds',
    help: 'Time that a statement waited for its turn',
    labelNames: ['lane'],
    buckets: durationBuckets,
    registers,
  })
  return {
    statements:
      (service) =>
      ({ statement, seconds: time, stats, failure }) => {
        const labels = { service, statement }
        if (failure === undefined) seconds.observe(labels, time)
        else failures.inc({ ...labels, code: failure })
        if (stats === undefined) return
        rows.inc(labels, stats.rowsRead)
        bytes.inc(labels, stats.bytesRead)
        if (stats.memoryBytes !== undefined) memory.observe(labels, stats.memoryBytes)
      },
    sessionWaited: (lane, time) => waits.observe({ lane }, time),
  }
}

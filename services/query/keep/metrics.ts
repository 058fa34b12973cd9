// What goes on in the background of the query service, as GET /metrics tells it.
import { Counter, Gauge, type Registry } from 'prom-client'

export interface KeepMetrics {
  written: Counter
  failed: Counter
  droppedRows: Counter
  blockedPartitions: Gauge
}

export function createKeepMetrics(registry: Registry): KeepMetrics {
  const registers = [registry]
  return {
    written: new Counter({ name: 'afterlog_obituaries_written_total', help: 'Obituaries written', registers }),
    failed: new Counter({
      name: 'afterlog_obituaries_failed_total',
      help: 'Obituaries that could not be written',
      registers,
    }),
    droppedRows: new Counter({ name: 'afterlog_expired_rows_total', help: 'Rows of dropped partitions', registers }),
    blockedPartitions: new Gauge({
      name: 'afterlog_expiry_blocked_partitions',
      help: 'Expired partitions that cannot be dropped, since what outlives their lines is not kept yet',
      registers,
    }),
  }
}

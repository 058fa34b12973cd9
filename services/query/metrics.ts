// All metrics of the query service.
import { Counter, Gauge, type Registry } from 'prom-client'

export interface QueryMetrics {
  /** The feed of tails has read what there was, with so much lag in s. */
  tailRound(lagSeconds: number): void
  tailDropped(lines: number): void
}

export function createQueryMetrics(registry: Registry): QueryMetrics {
  const registers = [registry]
  const lag = new Gauge({
    name: 'afterlog_tail_lag_seconds',
    help: 'Time between the arrival of the oldest line that tails read last and its reading',
    registers,
  })
  const dropped = new Counter({
    name: 'afterlog_tail_lines_dropped_total',
    help: 'Lines that tails did not send since their clients read too slowly',
    registers,
  })
  return { tailRound: (seconds) => lag.set(seconds), tailDropped: (lines) => dropped.inc(lines) }
}

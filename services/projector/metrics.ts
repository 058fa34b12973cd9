// Metrics of the projector, which GET /metrics has.
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

export interface ProjectorMetrics {
  pods: Counter
  obituaries: Counter
  failures: Counter
  backlog: Gauge
  lag: Gauge
  duration: Histogram
  droppedRows: Counter
  blockedPartitions: Gauge
  heldClasses: Gauge
  clockAhead: Gauge
  rulesLost: Gauge
  inexactDays: Counter
}

export function createProjectorMetrics(registry: Registry): ProjectorMetrics {
  const registers = [registry]
  return {
    pods: new Counter({ name: 'afterlog_projector_pods_total', help: 'Records written', registers }),
    obituaries: new Counter({ name: 'afterlog_obituaries_written_total', help: 'Obituaries written', registers }),
    failures: new Counter({
      name: 'afterlog_projector_failures_total',
      help: 'Projections of a pod that failed; each is tried again up to three times',
      registers,
    }),
    backlog: new Gauge({ name: 'afterlog_projector_backlog', help: 'Pods that wait to be projected', registers }),
    lag: new Gauge({
      name: 'afterlog_projector_lag_seconds',
      help: 'Age of the oldest change that lists do not have yet',
      registers,
    }),
    duration: new Histogram({
      name: 'afterlog_projector_duration_seconds',
      help: 'Time of a pass: up to 500 pods projected and stored',
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    }),
    droppedRows: new Counter({ name: 'afterlog_expired_rows_total', help: 'Rows of dropped partitions', registers }),
    blockedPartitions: new Gauge({
      name: 'afterlog_expiry_blocked_partitions',
      help: 'Expired partitions that are not dropped yet; overdue of GET /v1/retention says why',
      registers,
    }),
    heldClasses: new Gauge({
      name: 'afterlog_retention_unnamed_classes',
      help: 'Classes of stored lines that no rule names and no operator has left to default: nothing of them is dropped',
      registers,
    }),
    clockAhead: new Gauge({
      name: 'afterlog_expiry_clock_ahead_seconds',
      help: 'How far the clock is ahead of the time that expiry trusts, since nothing has confirmed it yet',
      registers,
    }),
    rulesLost: new Gauge({
      name: 'afterlog_retention_rules_lost',
      help: '1 while the rules that were PUT are lost, or whether any were is not known: nothing is dropped then',
      registers,
    }),
    inexactDays: new Counter({
      name: 'afterlog_expired_inexact_days_total',
      help: 'Days of a class that were dropped without all records and last words of their pods stored',
      registers,
    }),
  }
}

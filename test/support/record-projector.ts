// The writer of records over a store of its own: a test says when it catches up.
import { Registry } from 'prom-client'
import { createProjectorMetrics } from '#projector/metrics.ts'
import { createRecordProjector, type Projector } from '#projector/projector.ts'
import { createReading } from '#shared/store-reading/reading.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { createLogger } from '#shared/logger.ts'
import { createProjectionClock, type ProjectionClock } from '#shared/projection-clock.ts'

export function openRecordProjector(store: LogStore, clock: ProjectionClock = createProjectionClock()): Promise<Projector> {
  const log = createLogger({ level: 'silent', service: 'projector' })
  const reading = createReading({ store, limits: {} })
  return createRecordProjector({ store, reading, log, metrics: createProjectorMetrics(new Registry()), clock })
}

// Every metric that a process of Afterlog declares, with its labels, without an engine: for tests of what documents and
// rules say of them.
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { InflightBytes } from '#ingest/buffer/inflight.ts'
import { createIngestMetrics, createKafkaMetrics, createSyslogMetrics, createWatchMetrics } from '#ingest/metrics.ts'
import { createProjectorMetrics } from '#projector/metrics.ts'
import { createQueryMetrics } from '#query/metrics.ts'
import { createHttpServer } from '#shared/http/server.ts'
import { createProcessMetrics } from '#shared/process-metrics.ts'
import { watchBrokenParts } from '#shared/broken-parts.ts'
import { createStoreMetrics } from '#shared/store-metrics.ts'

export interface DeclaredMetric {
  name: string
  type: 'counter' | 'gauge' | 'histogram' | 'summary'
  help: string
  labelNames: readonly string[]
}

/** By name, in the order of their declaration. */
export async function declaredMetrics(): Promise<ReadonlyMap<string, DeclaredMetric>> {
  const registry = new Registry()
  createProcessMetrics(registry)
  const store = { rows: async () => [], command: async () => undefined }
  createStoreMetrics({ registry, store })
  await (await watchBrokenParts({ registry, store, log: pino({ level: 'silent' }) }))[Symbol.asyncDispose]()
  const ingest = createIngestMetrics({ registry, inflight: new InflightBytes(1) })
  createKafkaMetrics({ registry, ingest })
  createSyslogMetrics({ registry, kernelDrops: () => 0 })
  createWatchMetrics({ registry, clock: Date.now })
  createProjectorMetrics(registry)
  createQueryMetrics(registry)
  const app = await createHttpServer({
    log: pino({ level: 'silent' }),
    bodyBytesMax: 1,
    registry,
    readiness: async () => [],
    routes: [],
  })
  await app.close()
  const declared = registry.getMetricsAsArray() as unknown as DeclaredMetric[]
  return new Map(declared.map((metric) => [metric.name, metric]))
}

/** Names of the series of a metric. */
export function seriesOf({ name, type }: DeclaredMetric): string[] {
  return type === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name]
}

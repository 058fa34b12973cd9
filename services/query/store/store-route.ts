// GET /v1/store: how the store is: lag, what waits, dead letters, disk by day and class, retention. Sizes and rules are
// those of the whole store, whatever the tenant, as in GET /v1/retention; dead letters are those of the tenant alone.
import type { Registry } from 'prom-client'
import { z } from 'zod'
import { asOfTime, nowNs, type QueryRouteOptions } from '#query/http/query-context.ts'
import { settingsJson } from '#query/retention/retention-json.ts'
import { inBackground } from '#shared/clickhouse/background-lane.ts'
import type { RoutePlugin } from '#shared/http/server.ts'
import type { LiveRetention } from '#shared/retention/live-retention.ts'
import { createReading } from '#shared/store-reading/reading.ts'
import { formatTime } from '#shared/time/format-time.ts'
import { version } from '#shared/version.ts'
import { readFigures } from './read-figures.ts'
import { createKept } from './read-kept.ts'
import { diskJson } from './store-json.ts'
import { storeAnswer, type StoreJson } from './store-schema.ts'
import { countedLetters, diskSizes, tableSizes } from './store-statements.ts'
import type { DiskRow, LetterCountRow, TableSizeRow } from './store-statements.ts'

export interface StoreRouteOptions extends Pick<QueryRouteOptions, 'store' | 'limits' | 'clock' | 'projection'> {
  registry: Registry
  retention: Pick<LiveRetention, 'compare' | 'newest'>
  feed: { readonly lagMs: number }
  inflightBytesMax: number
  keptMs?: number
}

export const storeRoute =
  ({
    store,
    limits,
    clock,
    projection,
    registry,
    retention,
    feed,
    inflightBytesMax,
    keptMs = 3000,
  }: StoreRouteOptions): RoutePlugin =>
  (app, _, done) => {
    const now = (): number => performance.now()
    const whole = createKept({ read: readWhole, keptMs, now })
    const letters = createKept({
      read: async (tenant) =>
        createReading({ store, limits, client: { tenant, name: 'store' } }).rows<LetterCountRow>(
          countedLetters(tenant),
        ),
      keptMs,
      now,
    })
    const schema = {
      operationId: 'getStore',
      tags: ['store'],
      summary: 'How the store is: lag, dead letters, disk by day and class, retention',
      querystring: z.strictObject({}),
      response: { 200: storeAnswer },
    }
    app.get('/v1/store', { schema }, async ({ tenant }, reply) => {
      const [rest, deadLetters] = await Promise.all([whole.read(''), letters.read(tenant)])
      return reply.send({ ...rest, deadLetters })
    })
    done()

    async function readWhole(): Promise<Omit<StoreJson, 'deadLetters'>> {
      await retention.compare()
      const settings = retention.newest()
      const reading = createReading({ store: inBackground(store), limits })
      const [sizes, disks, figures] = await Promise.all([
        reading.rows<TableSizeRow>(tableSizes(store)),
        reading.rows<DiskRow>(diskSizes(store)),
        readFigures(registry),
      ])
      const { projectorLagSeconds, projectorBacklog, inflightBytes, kafka } = figures
      const { source, inForceMs } = settings
      return {
        version,
        mode: store.mode,
        time: formatTime(nowNs(clock)),
        projector: { asOf: asOfTime(projection), lagSeconds: projectorLagSeconds, backlog: projectorBacklog },
        kafka,
        ingest: { inflightBytes, inflightBytesMax },
        tail: { lagSeconds: feed.lagMs / 1000 },
        disk: diskJson(sizes, disks, settings),
        retention: {
          ...settingsJson(settings),
          source,
          inForce: inForceMs === undefined ? null : formatTime(BigInt(Math.round(inForceMs)) * 1_000_000n),
        },
      }
    }
  }

// What every query route is made with.
import type { ProjectionClock } from '#shared/projection-clock.ts'
import type { LogStore, QueryLimits } from '#shared/clickhouse/store.ts'

export interface QueryRouteOptions {
  store: LogStore
  /** Of each request: time and memory over which the answer is 503. */
  limits: QueryLimits
  /** Now, epoch ms. */
  clock: () => number
  /** How far records are. */
  projection: Pick<ProjectionClock, 'asOf'>
}

export const nowNs = (clock: () => number): bigint => BigInt(Math.round(clock() * 1000)) * 1000n

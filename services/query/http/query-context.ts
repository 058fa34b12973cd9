// The inputs that every route of the query service is created with.
import { formatTime } from '#shared/time/format-time.ts'
import type { ProjectionClock } from '#shared/projection-clock.ts'
import type { Polling } from './watch-polling.ts'
import type { LogStore, QueryLimits } from '#shared/clickhouse/store.ts'

export interface QueryRouteOptions {
  store: LogStore
  /** Time and memory of one request; a request that needs more is answered with 503. */
  limits: QueryLimits
  /** Now, epoch ms. */
  clock: () => number
  polling: Polling
  /** Says up to which change records are written. */
  projection: Pick<ProjectionClock, 'asOf'>
}

export const nowNs = (clock: () => number): bigint => BigInt(Math.round(clock() * 1000)) * 1000n

/** The time up to which lists have every fact, as answers have it; null before the projector has begun. */
export const asOfTime = ({ asOf }: Pick<ProjectionClock, 'asOf'>): string | null =>
  asOf === undefined ? null : formatTime(BigInt(Math.trunc(asOf)) * 1_000_000n)

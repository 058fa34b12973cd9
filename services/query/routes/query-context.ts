// What every query route is made with.
import type { LogStore, QueryLimits } from '#shared/clickhouse/store.ts'

export interface QueryRouteOptions {
  store: LogStore
  /** Of each statement: time and memory over which the answer is 503. */
  limits: QueryLimits
  /** Now, epoch ms. */
  clock: () => number
}

export const nowNs = (clock: () => number): bigint => BigInt(Math.round(clock() * 1000)) * 1000n

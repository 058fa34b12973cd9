// Creates the reading of one request: it ends when the client goes away, stays within the limits of the request, and
// adds its statements to the request's line in the log.
import type { FastifyReply } from 'fastify'
import { explainedStore } from '#shared/clickhouse/explained-store.ts'
import { createReading, type Reading } from '#shared/store-reading/reading.ts'
import { clientGone } from '#shared/http/answer-over.ts'
import type { QueryRouteOptions } from './query-context.ts'

/** Call it once for each request, since it has the deadline. `signal`: where something else may end the answer too. */
export function requestReading(
  { store, limits }: Pick<QueryRouteOptions, 'store' | 'limits'>,
  reply: FastifyReply,
  signal: AbortSignal = clientGone(reply),
): Reading {
  const { work, tenant, ip } = reply.request
  const { ran } = work
  const own = ran === undefined ? store : explainedStore(store, (statement) => ran.push(statement))
  return createReading({ store: own, limits, signal, client: { tenant, name: ip }, work })
}

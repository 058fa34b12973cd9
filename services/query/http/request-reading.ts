// A route's way to the store: ended by its client's leaving, within the limits of the request, counted in the request's line of the log.
import type { FastifyReply } from 'fastify'
import { createReading, type Reading } from '#shared/store-reading/reading.ts'
import { clientGone } from './line-reply.ts'
import type { QueryRouteOptions } from './query-context.ts'

/** `signal` where more than the client's leaving ends the answer. One for each request: it has the deadline. */
export function requestReading(
  { store, limits }: Pick<QueryRouteOptions, 'store' | 'limits'>,
  reply: FastifyReply,
  signal: AbortSignal = clientGone(reply),
): Reading {
  return createReading({ store, limits, signal, work: reply.request.work })
}

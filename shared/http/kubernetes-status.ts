// Sends a failure as a Status object, for all errors of paths under /k8s, those of the router too.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { StatusError, toStatus } from '#shared/kubernetes-status.ts'
import { clientLeft, logFailure, toAfterlogError } from './problem.ts'

export function sendStatus(request: FastifyRequest, reply: FastifyReply, thrown: unknown): FastifyReply {
  if (clientLeft(reply, thrown)) return reply.send()
  const error = thrown instanceof StatusError ? thrown : toAfterlogError(thrown)
  if (!(error instanceof StatusError)) {
    logFailure(request, error)
    if (error.retryAfterS !== undefined || error.retryable)
      void reply.header('retry-after', String(error.retryAfterS ?? 1))
  }
  const status = toStatus(error)
  request.work.failure = error instanceof StatusError ? status.reason : error.code
  return reply
    .code(status.code)
    .header('content-type', 'application/json')
    .serializer((payload) => payload as string)
    .send(JSON.stringify(status))
}

// RFC 9457 problem JSON, the form of every error on our own paths. Any error but an AfterlogError is a bug of ours: the
// answer is `internal`, and only the log has its cause.
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from '@fastify/type-provider-zod'
import { AfterlogError, type ErrorCode } from '#shared/errors.ts'
import type { Problem } from './problem-schema.ts'
import { violationError } from './validation-error.ts'

/** What a code means, in some words. */
export const titles: Record<ErrorCode, string> = {
  'invalid-body': 'The body cannot be read',
  'invalid-parameter': 'A parameter is wrong',
  unauthorized: 'The token is missing or wrong',
  forbidden: 'This client may not do this',
  'not-found': 'Not found',
  'method-not-allowed': 'This path does not take this method',
  'not-acceptable': 'None of the accepted types can be given',
  ambiguous: 'More than one pod is meant',
  'not-confirmed': 'This would delete stored lines',
  'request-timeout': 'The request did not arrive in time',
  'too-large': 'The body is too large',
  'unsupported-type': 'This type or encoding is not read',
  'host-not-allowed': 'The service is not called so',
  busy: 'Too much is in flight',
  'headers-too-large': 'The headers are too large',
  internal: 'A bug in Afterlog',
  'rows-refused': 'The store refused rows',
  'query-limit': 'The query needs more than it may use',
  'store-unavailable': 'The store does not answer',
  overloaded: 'Too much is asked at once',
  'store-busy': 'The store has too much to do',
  'store-memory': 'The store is short of memory',
  'store-timeout': 'The store took too long',
  'store-full': 'The disk of the store is full',
  'store-damaged': 'A part of the store is damaged',
  'broker-unavailable': 'Kafka does not take this now',
  stopping: 'The service is stopping',
}

/** Returns the form of a failure for the client. */
export function toProblem(error: AfterlogError): Problem {
  return {
    type: `urn:afterlog:error:${error.code}`,
    title: titles[error.code],
    status: error.status,
    detail:
      error.code === 'internal'
        ? 'Something failed that should not have; the log of the service has the cause.'
        : error.message,
    code: error.code,
    ...(error.parameter === undefined ? {} : { parameter: error.parameter }),
    ...(error.position === undefined ? {} : { position: error.position }),
    ...(error.available === undefined ? {} : { available: error.available }),
  }
}

/**
 * Turns any thrown value into an AfterlogError. Schema violations name their parameter; fastify's own errors keep their
 * status.
 * @param schema The schema of the route.
 */
export function toAfterlogError(error: unknown, schema?: unknown): AfterlogError {
  if (error instanceof AfterlogError) return error
  if (hasZodFastifySchemaValidationErrors(error)) return violationError(error, schema)
  const { statusCode, code, message } = error as Partial<FastifyError>
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return new AfterlogError('too-large', 'the body is larger than AFTERLOG_BODY_BYTES_MAX allows', { cause: error })
  if (code === 'FST_ERR_BAD_URL' || code === 'FST_ERR_MAX_PARAM_LENGTH')
    return new AfterlogError('invalid-parameter', message ?? 'bad path', { parameter: 'path', cause: error })
  if (statusCode === 413) return new AfterlogError('too-large', message ?? 'too large', { cause: error })
  if (statusCode === 415)
    return new AfterlogError('unsupported-type', 'this Content-Type is not read here: send application/json', {
      parameter: 'content-type',
      cause: error,
    })
  if (statusCode === 405)
    return new AfterlogError('method-not-allowed', message ?? 'method not allowed', { cause: error })
  if (statusCode === 404) return new AfterlogError('not-found', message ?? 'not found', { cause: error })
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new AfterlogError('invalid-body', message ?? 'bad request', { cause: error })
  }
  return new AfterlogError('internal', message ?? 'internal error', { cause: error })
}

/** Whether the request failed because its client closed the connection before the answer. */
export function clientLeft(reply: FastifyReply, thrown: unknown): boolean {
  const { name, code } = thrown as { name?: unknown; code?: unknown }
  return reply.raw.destroyed && (name === 'AbortError' || code === 'ECONNRESET')
}

/** Logs failures on our side, with their cause. */
export function logFailure(request: FastifyRequest, error: AfterlogError): void {
  if (error.status < 500) return
  request.log[error.code === 'internal' ? 'error' : 'warn']({ err: error, code: error.code }, error.message)
}

/** Sends a failure as problem JSON. */
export const sendProblem = (request: FastifyRequest, reply: FastifyReply, thrown: unknown): FastifyReply =>
  sendFailure(request, reply, thrown, (error) => ({
    type: 'application/problem+json; charset=utf-8',
    body: JSON.stringify(toProblem(error)),
  }))

/** Sends a failure as Loki does: its sentence, as plain text. */
export const sendSentence = (request: FastifyRequest, reply: FastifyReply, thrown: unknown): FastifyReply =>
  sendFailure(request, reply, thrown, (error) => ({
    type: 'text/plain; charset=utf-8',
    body: `${toProblem(error).detail}\n`,
  }))

/** Sends a failure in the form of a protocol. Failures on our side (5xx) are logged with their cause. */
export function sendFailure(
  request: FastifyRequest,
  reply: FastifyReply,
  thrown: unknown,
  render: (error: AfterlogError) => { type: string; body: string | Buffer },
): FastifyReply {
  if (clientLeft(reply, thrown)) return reply.send()
  const error = toAfterlogError(thrown, request.routeOptions?.schema)
  request.work.failure = error.code
  logFailure(request, error)
  if (error.retryAfterS !== undefined || error.retryable)
    void reply.header('retry-after', String(error.retryAfterS ?? 1))
  if (error.code === 'unauthorized') void reply.header('www-authenticate', 'Bearer realm="afterlog"')
  const { type, body } = render(error)
  return reply
    .code(error.status)
    .header('content-type', type)
    .serializer((payload) => payload as string)
    .send(body)
}

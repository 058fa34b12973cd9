// Failures under /k8s as Status objects, with the codes, the reasons and, where Kubernetes has one, the message of
// Kubernetes: k8s.io/apimachinery pkg/apis/meta/v1/types.go and pkg/api/errors/errors.go.
import type { AfterlogError } from './errors.ts'

export interface Status {
  kind: 'Status'
  apiVersion: 'v1'
  metadata: object
  status: 'Failure'
  message: string
  reason: string
  details?: { name?: string; kind?: string; group?: string; retryAfterSeconds?: number }
  code: number
}

const reasons: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  406: 'NotAcceptable',
  408: 'Timeout',
  410: 'Expired',
  413: 'RequestEntityTooLarge',
  422: 'Invalid',
  429: 'TooManyRequests',
  503: 'ServiceUnavailable',
}

/** A failure with a message of Kubernetes. */
export class StatusError extends Error {
  readonly code: number
  readonly details: NonNullable<Status['details']>

  constructor(code: 400 | 404 | 405 | 406 | 410 | 422, message: string, details: NonNullable<Status['details']> = {}) {
    super(message)
    this.name = 'StatusError'
    this.code = code
    this.details = details
  }
}

export const badRequest = (message: string): StatusError => new StatusError(400, message)

/** `pods "cart" not found`. `kind` is the plural of the resource, as in Kubernetes. */
export const notFound = (kind: string, name: string, group = ''): StatusError =>
  new StatusError(404, `${kind}${group === '' ? '' : `.${group}`} ${JSON.stringify(name)} not found`, {
    name,
    kind,
    ...(group === '' ? {} : { group }),
  })

export function toStatus(error: StatusError | AfterlogError): Status {
  const code = error instanceof StatusError ? error.code : error.status
  const details =
    error instanceof StatusError ? error.details : error.retryable ? { retryAfterSeconds: error.retryAfterS ?? 1 } : {}
  const isOurs = !(error instanceof StatusError) && error.code === 'internal'
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: isOurs ? 'Something failed that should not have; the log of the service has the cause.' : error.message,
    reason: reasons[code] ?? (code >= 500 ? 'InternalError' : 'BadRequest'),
    ...(Object.keys(details).length === 0 ? {} : { details }),
    code,
  }
}

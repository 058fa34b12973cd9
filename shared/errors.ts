// Failures of queries and requests: one class and one table of codes. Each protocol renders it in its own format (RFC
// 9457 problem JSON on our own paths, see shared/http/problem.ts). A test compares docs/api.md with this table.

export const errorCodes = {
  'invalid-body': { status: 400, retryable: false },
  'invalid-parameter': { status: 400, retryable: false },
  unauthorized: { status: 401, retryable: false },
  forbidden: { status: 403, retryable: false },
  'not-found': { status: 404, retryable: false },
  'method-not-allowed': { status: 405, retryable: false },
  'not-acceptable': { status: 406, retryable: false },
  ambiguous: { status: 409, retryable: false },
  'not-confirmed': { status: 409, retryable: false },
  'request-timeout': { status: 408, retryable: true },
  'too-large': { status: 413, retryable: false },
  'unsupported-type': { status: 415, retryable: false },
  'host-not-allowed': { status: 421, retryable: false },
  busy: { status: 429, retryable: true },
  'headers-too-large': { status: 431, retryable: false },
  internal: { status: 500, retryable: false },
  'rows-refused': { status: 500, retryable: false },
  'query-limit': { status: 503, retryable: true },
  'store-unavailable': { status: 503, retryable: true },
  overloaded: { status: 503, retryable: true },
  'store-busy': { status: 503, retryable: true },
  'store-memory': { status: 503, retryable: true },
  'store-timeout': { status: 503, retryable: true },
  'store-full': { status: 503, retryable: true },
  'store-damaged': { status: 503, retryable: true },
  'broker-unavailable': { status: 503, retryable: true },
  stopping: { status: 503, retryable: true },
} as const satisfies Record<string, { status: number; retryable: boolean }>

export type ErrorCode = keyof typeof errorCodes

/** What a query needed more of than it may use. `read`: rows, or bytes of them. */
export type QueryLimit = 'time' | 'memory' | 'read'

export interface ErrorDetails {
  /** Of `query-limit`. */
  limit?: QueryLimit
  /** The request parameter, header or body field that is wrong. */
  parameter?: string
  /** Where a query text has the mistake: an offset in characters. */
  position?: number
  /** Of `not-acceptable`: the media types that there are. */
  available?: readonly string[]
  /** Seconds after which the client should try again; rendered as `Retry-After`. */
  retryAfterS?: number
  cause?: unknown
}

/** A failure whose message may be shown to the client. The cause is for the log and is never shown. */
export class AfterlogError extends Error {
  readonly code: ErrorCode
  readonly parameter: string | undefined
  readonly position: number | undefined
  readonly available: readonly string[] | undefined
  readonly retryAfterS: number | undefined
  readonly limit: QueryLimit | undefined

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'AfterlogError'
    this.code = code
    this.parameter = details.parameter
    this.position = details.position
    this.available = details.available
    this.retryAfterS = details.retryAfterS
    this.limit = details.limit
  }

  get status(): number {
    return errorCodes[this.code].status
  }

  get retryable(): boolean {
    return errorCodes[this.code].retryable
  }
}

/** A bad value of one request parameter. The message says what is wrong and what would be right. */
export function invalidParameter(parameter: string, message: string, position?: number): AfterlogError {
  return new AfterlogError('invalid-parameter', message, { parameter, ...(position === undefined ? {} : { position }) })
}

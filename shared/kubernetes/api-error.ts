// What an API server refuses with: a Status object, in an answer's body or as an ERROR event inside a watch.
// https://kubernetes.io/docs/reference/using-api/api-concepts/#410-gone-responses

export class ApiError extends Error {
  /** HTTP status. */
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.name = 'ApiError'
    this.code = code
  }
}

/** Nothing came for so long that nothing may be expected any more. */
export class SilenceError extends Error {
  constructor(ms: number) {
    super(`the API server said nothing for ${ms / 1000} s`)
    this.name = 'SilenceError'
  }
}

/** The history from which was asked is compacted, or the list that was continued is. */
export const isExpired = (error: unknown): error is ApiError => error instanceof ApiError && error.code === 410

export function apiError(status: number, body: string): ApiError {
  try {
    return statusError(JSON.parse(body) as unknown, status)
  } catch {
    return new ApiError(status, `the API server answers ${status}: ${body.slice(0, 200)}`)
  }
}

/** @param fallback Code where the Status has none. */
export function statusError(status: unknown, fallback: number): ApiError {
  const { code, reason, message } = (status ?? {}) as { code?: unknown; reason?: unknown; message?: unknown }
  const number = typeof code === 'number' ? code : fallback
  const said = [reason, message].filter((part) => typeof part === 'string' && part !== '').join(': ')
  return new ApiError(number, `the API server answers ${number}${said === '' ? '' : ` ${said.slice(0, 500)}`}`)
}

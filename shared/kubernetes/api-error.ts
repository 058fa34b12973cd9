// The refusals of an API server: a Status object, in the body of an answer or as an ERROR event inside a watch.
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

/** The connection was silent for so long that it must be broken. */
export class SilenceError extends Error {
  constructor(ms: number) {
    super(`the API server sent nothing for ${ms / 1000} s`)
    this.name = 'SilenceError'
  }
}

/** The API server has compacted the history behind a watch, or behind the next page of a list. */
export const isExpired = (error: unknown): error is ApiError => error instanceof ApiError && error.code === 410

export function apiError(status: number, body: string): ApiError {
  try {
    return statusError(JSON.parse(body) as unknown, status)
  } catch {
    return new ApiError(status, `the API server answers ${status}: ${body.slice(0, 200)}`)
  }
}

/** @param fallback The code to use where the Status has none. */
export function statusError(status: unknown, fallback: number): ApiError {
  const { code, reason, message } = (status ?? {}) as { code?: unknown; reason?: unknown; message?: unknown }
  const number = typeof code === 'number' ? code : fallback
  const words = [reason, message].filter((part) => typeof part === 'string' && part !== '').join(': ')
  return new ApiError(number, `the API server answers ${number}${words === '' ? '' : ` ${words.slice(0, 500)}`}`)
}

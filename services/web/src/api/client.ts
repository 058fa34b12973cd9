// The API, as /openapi.json describes it: `npm run web:types` writes schema.d.ts.
import createClient from 'openapi-fetch'
import type { paths } from './schema.d.ts'

/** Where the page and the API begin: behind a proxy that may be a path. */
export const baseUrl = new URL('.', document.baseURI)

export const api = createClient<paths, 'application/json'>({ baseUrl: baseUrl.href.replace(/\/$/, '') })

/** An answer that is no success, in words for a person. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  /** The parameter that was wrong. */
  readonly parameter: string | undefined
  /** Of the mistake in a search text, from 0. */
  readonly position: number | undefined

  constructor(status: number, problem: Problem) {
    super(problem.detail ?? problem.title ?? `the service answered with status ${status}`)
    this.status = status
    this.parameter = problem.parameter
    this.position = problem.position
  }
}

/** RFC 9457, with the members that Afterlog adds. */
interface Problem {
  title?: string
  detail?: string
  parameter?: string
  position?: number
}

/** The data of an answer; throws an ApiError where it is no success. */
export async function answerOf<T>(asked: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await asked
  if (data !== undefined) return data
  throw new ApiError(response.status, isProblem(error) ? error : {})
}

const isProblem = (value: unknown): value is Problem => typeof value === 'object' && value !== null

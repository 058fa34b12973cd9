// The whole answer to a question, in a form that two services over the same input share: every page of it, without what
// tells only of the service that answered (cursors, what a query read, when a list was made, up to when its records
// go).
import type { Question } from './questions.ts'

export interface Answer {
  status: number
  body: unknown
}

/** Follows `next`, or `metadata.continue`, to the last page. */
export async function answerTo(url: string, path: string, headers: Question['headers'] = {}): Promise<Answer[]> {
  const pages: Answer[] = []
  for (let next: string | undefined = path; next !== undefined;) {
    const response: Response = await fetch(`${url}${next}`, { headers })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json') === true
    const body: unknown = isJson ? JSON.parse(text) : text
    pages.push({ status: response.status, body: isJson ? withoutOwn(body) : text })
    next = response.ok ? behind(path, body) : undefined
    if (pages.length > pagesMax) throw new Error(`${path} does not end`)
  }
  return pages
}

const pagesMax = 500

function behind(path: string, body: unknown): string | undefined {
  const { next, metadata } = body as { next?: string | null; metadata?: { continue?: string } }
  const join = path.includes('?') ? '&' : '?'
  if (typeof next === 'string') return `${path}${join}cursor=${encodeURIComponent(next)}`
  const more = metadata?.continue ?? ''
  return more === '' ? undefined : `${path}${join}continue=${encodeURIComponent(more)}`
}

/** Numbers of lines that are estimated rest on hashes with a secret of the store. */
function withoutEstimates(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEstimates)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.fromEntries(Object.entries(value).map(([name, field]) => [name, withoutEstimates(field)]))
  if (fields['linesExact'] !== false) return fields
  const { seal } = fields
  return { ...fields, lines: 0, ...(seal === undefined || seal === null ? {} : { seal: { ...seal, lines: 0 } }) }
}

/** Objects of Kubernetes have resource versions of their own, lists that of the moment. */
function withoutOwn(body: unknown): unknown {
  const { next: _, stats: __, asOf: ___, ...answer } = withoutEstimates(body) as Body
  const isList = answer.kind?.endsWith('List') === true || answer.kind === 'Table'
  return {
    ...answer,
    // Loki's answers have what the query read among their data.
    ...(hasStats(answer.data) ? { data: { ...answer.data, stats: undefined } } : {}),
    ...(isList ? { metadata: undefined } : {}),
    // A dead letter's time is that of its arrival.
    ...(answer.deadLetters === undefined ? {} : { deadLetters: answer.deadLetters.map((each) => ({ ...each, time: '' })) }),
    // Rows as stored: what was sent twice is merged at some time.
    ...(answer.stored === undefined ? {} : { stored: answer.stored.map((each) => ({ ...each, rows: 0, bytes: 0 })) }),
  }
}

const hasStats = (data: unknown): data is { stats: object } => typeof data === 'object' && data !== null && 'stats' in data

interface Body {
  data?: unknown
  next?: unknown
  stats?: unknown
  asOf?: unknown
  kind?: string
  metadata?: object
  deadLetters?: object[]
  stored?: object[]
}

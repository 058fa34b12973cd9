// Asks a service for the lines of a search by each of the ways in which it gives lines, and for their number by each of
// the ways in which it counts them. A line of the corpus is known by its time.

export interface Asked {
  url: string
  /** Time of line 0 in ms; line n has the time `startMs` + n. */
  startMs: number
  lines: number
}

/** Of one line: its place in the corpus, and what it says. */
export interface GivenLine {
  at: number
  message: string
}

type Answer<T> = T | { failed: string }

interface LineJson {
  time: string
  message: string
}

const given = ({ startMs }: Asked, { time, message }: LineJson): GivenLine => ({
  at: Date.parse(`${time.slice(0, 23)}Z`) - startMs,
  message,
})

/** A page of all lines, a stream, or pages of 1,000; `which` is any number. */
export function askLines(asked: Asked, q: string, which: number): Promise<Answer<GivenLine[]>> {
  const way = which % 4
  if (way === 0) return pages(asked, { q, order: 'asc', limit: '10000' })
  if (way === 1) return streamed(asked, q)
  if (way === 2) return pages(asked, { q, limit: '1000' })
  return pages(asked, { q, ...timesOf(asked), limit: '10000' })
}

async function pages(asked: Asked, parameters: Record<string, string>): Promise<Answer<GivenLine[]>> {
  const lines: GivenLine[] = []
  for (let next: string | null = ''; next !== null;) {
    const query = new URLSearchParams({ ...parameters, ...(next === '' ? {} : { cursor: next }) }).toString()
    const response = await fetch(`${asked.url}/v1/logs?${query}`)
    const body = (await response.json()) as { lines?: LineJson[]; next: string | null; detail?: string }
    if (body.lines === undefined) return { failed: `lines: ${response.status} ${body.detail}` }
    for (const line of body.lines) lines.push(given(asked, line))
    next = body.next
  }
  return lines
}

async function streamed(asked: Asked, q: string): Promise<Answer<GivenLine[]>> {
  const headers = { accept: 'application/x-ndjson' }
  const response = await fetch(`${asked.url}/v1/logs?${new URLSearchParams({ q }).toString()}`, { headers })
  const text = await response.text()
  if (response.status !== 200) return { failed: `stream: ${response.status} ${text}` }
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => given(asked, JSON.parse(line) as LineJson))
}

/** By the histogram, with and without bounds, or by the values of a field that every line has. */
export async function askCount(asked: Asked, q: string, which: number): Promise<Answer<number>> {
  const way = which % 4
  if (way === 0) return histogramCount(asked.url, { q })
  if (way < 3) return histogramCount(asked.url, { q, step: '1s', ...timesOf(asked) })
  const response = await fetch(`${asked.url}/v1/fields/severity/values?${new URLSearchParams({ q }).toString()}`)
  const body = (await response.json()) as { values?: { count: number }[]; detail?: string }
  return body.values?.reduce((sum, { count }) => sum + count, 0) ?? { failed: `values: ${response.status} ${body.detail}` }
}

export async function histogramCount(url: string, parameters: Record<string, string>): Promise<Answer<number>> {
  const response = await fetch(`${url}/v1/logs/histogram?${new URLSearchParams(parameters).toString()}`)
  const body = (await response.json()) as { buckets?: { total: number }[]; detail?: string }
  return body.buckets?.reduce((sum, { total }) => sum + total, 0) ?? { failed: `histogram: ${response.status} ${body.detail}` }
}

const timesOf = ({ startMs, lines }: Asked): { from: string; to: string } => ({
  from: new Date(startMs).toISOString(),
  to: new Date(startMs + lines).toISOString(),
})

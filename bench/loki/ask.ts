// Loki's HTTP API as its clients use it.
import type { LabelSet, StoredLine } from './plain/plain-line.ts'
import type { Question } from './random/questions.ts'

export type Answer =
  | { type: 'refused'; status: number; text: string }
  | { type: 'streams'; result: { stream: LabelSet; values: [string, string, { structuredMetadata?: LabelSet }?][] }[] }
  | { type: 'matrix'; result: { metric: LabelSet; values: [number, string][] }[] }
  | { type: 'vector'; result: { metric: LabelSet; value: [number, string] }[] }
  | { type: 'scalar'; result: [number, string] }

interface AskOptions {
  tenant?: string
  /** Of the encoding. */
  flags?: string
}

export async function askLoki(
  url: string,
  path: 'query' | 'query_range',
  form: Record<string, string>,
  { tenant = 'default', flags = '' }: AskOptions = {},
): Promise<Answer> {
  const answer = await fetch(`${url}/loki/api/v1/${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-loki-response-encoding-flags': flags,
      'x-scope-orgid': tenant,
    },
    body: new URLSearchParams(form).toString(),
  })
  const text = await answer.text()
  if (answer.status !== 200) return { type: 'refused', status: answer.status, text }
  const { data } = JSON.parse(text) as { data: { resultType: string; result: unknown } }
  return { type: data.resultType, result: data.result } as Answer
}

export function ask(url: string, question: Question): Promise<Answer> {
  const { kind, expression, startNs, endNs } = question
  const range = { query: expression.text, start: String(startNs), end: String(endNs) }
  if (kind === 'lines')
    return askLoki(url, 'query_range', { ...range, limit: String(question.limit), direction: question.direction })
  if (question.stepNs === 0n) return askLoki(url, 'query', { query: expression.text, time: String(startNs) })
  return askLoki(url, 'query_range', { ...range, step: `${question.stepNs / 1_000_000n}ms` })
}

const linesMax = 5000

interface StoredRange {
  startNs: bigint
  endNs: bigint
  tenant?: string
  query?: string
}

/** All lines of a selector and of the time, in order, each with its labels. */
export async function storedLines(
  url: string,
  { startNs, endNs, tenant = 'default', query = '{cluster="prod"}' }: StoredRange,
): Promise<StoredLine[]> {
  const all: StoredLine[] = []
  for (let from = startNs; ;) {
    const form = { query, start: String(from), end: String(endNs), direction: 'forward', limit: String(linesMax) }
    const answer = await askLoki(url, 'query_range', form, { tenant, flags: 'categorize-labels' })
    if (answer.type !== 'streams') throw new Error(`reading all lines: ${JSON.stringify(answer).slice(0, 300)}`)
    const page = answer.result
      .flatMap(({ stream, values }) =>
        values.map(([time, message, { structuredMetadata = {} } = {}]) => ({
          timeNs: BigInt(time),
          message,
          labels: stream,
          metadata: structuredMetadata,
        })),
      )
      .toSorted((a, b) => (a.timeNs < b.timeNs ? -1 : Number(a.timeNs > b.timeNs)))
    if (page.length < linesMax) return [...all, ...page]
    // Lines of the last time of a page may go on behind it.
    const { timeNs: last } = page.at(-1)!
    all.push(...page.filter(({ timeNs }) => timeNs < last))
    from = last
  }
}

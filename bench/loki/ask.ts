// Loki's HTTP API as its clients use it.
import type { LabelSet, StoredLine } from './plain/plain-line.ts'
import type { Question } from './random/questions.ts'

export type Answer =
  | { type: 'refused'; status: number; text: string }
  | { type: 'streams'; result: { stream: LabelSet; values: [string, string, { structuredMetadata?: LabelSet }?][] }[] }
  | { type: 'matrix'; result: { metric: LabelSet; values: [number, string][] }[] }
  | { type: 'vector'; result: { metric: LabelSet; value: [number, string] }[] }
  | { type: 'scalar'; result: [number, string] }

async function get(url: string, path: string, form: Record<string, string>, flags = ''): Promise<Answer> {
  const answer = await fetch(`${url}/loki/api/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-loki-response-encoding-flags': flags },
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
  if (kind === 'lines') return get(url, 'query_range', { ...range, limit: String(question.limit), direction: question.direction })
  if (question.stepNs === 0n) return get(url, 'query', { query: expression.text, time: String(startNs) })
  return get(url, 'query_range', { ...range, step: `${question.stepNs / 1_000_000n}ms` })
}

const linesMax = 5000

/** All lines of the time, in order, each with its labels. */
export async function storedLines(url: string, range: { startNs: bigint; endNs: bigint }): Promise<StoredLine[]> {
  const all: StoredLine[] = []
  for (let from = range.startNs; ;) {
    const form = { query: '{cluster="prod"}', start: String(from), end: String(range.endNs), direction: 'forward' }
    const answer = await get(url, 'query_range', { ...form, limit: String(linesMax) }, 'categorize-labels')
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

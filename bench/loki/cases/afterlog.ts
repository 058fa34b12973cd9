// Afterlog as the cases ask it: lines posted to /v1/batches, LogQL over Loki's HTTP API.
import { post } from '../../load/post.ts'
import { askLoki, storedLines, type Answer } from '../ask.ts'
import type { LabelSet, StoredLine } from '../plain/plain-line.ts'
import type { Question, Series, Verdict } from './judge.ts'

/** What a client is told. */
export type Told = Verdict & { status: number }

export interface Afterlog {
  post(tenant: string, records: readonly object[]): Promise<void>
  ask(tenant: string, question: Question): Promise<Told>
  /** All lines of a selector, in order, with all labels that they have behind it. */
  lines(tenant: string, query: string, range: { startNs: bigint; endNs: bigint }): Promise<LabelledLine[]>
}

export type LabelledLine = Omit<StoredLine, 'metadata'>

const recordsPerPost = 2000

export const afterlogAt = (url: string): Afterlog => ({
  async post(tenant, records) {
    for (let from = 0; from < records.length; from += recordsPerPost) {
      const body = records.slice(from, from + recordsPerPost).map((one) => JSON.stringify(one))
      await post(url, Buffer.from(body.join('\n')), { 'x-scope-orgid': tenant })
    }
  },
  async ask(tenant, { query, startNs, endNs, stepNs, limit, direction, intervalNs = 0n }) {
    const common = { query, limit: String(limit), direction }
    const ms = (ns: bigint): string => `${ns / 1_000_000n}ms`
    if (stepNs === 0n && startNs === endNs)
      return told(await askLoki(url, 'query', { ...common, time: String(startNs) }, { tenant }))
    const steps = { ...(stepNs > 0n ? { step: ms(stepNs) } : {}), ...(intervalNs > 0n ? { interval: ms(intervalNs) } : {}) }
    const range = { start: String(startNs), end: String(endNs) }
    return told(await askLoki(url, 'query_range', { ...common, ...range, ...steps }, { tenant }))
  },
  async lines(tenant, query, range) {
    const stored = await storedLines(url, { ...range, tenant, query })
    return stored.map(({ labels, metadata, ...line }) => ({ ...line, labels: { ...labels, ...metadata } }))
  },
})

function told(answer: Answer): Told {
  if (answer.type === 'refused') return { status: answer.status, error: answer.text }
  return { status: 200, kind: answer.type, series: seriesOf(answer) }
}

function seriesOf(answer: Exclude<Answer, { type: 'refused' }>): Series[] {
  const point = ([seconds, value]: [number, string]) => [String(Math.round(seconds * 1000)), value] as const
  const series = (labels: LabelSet, values: Series['values']): Series => ({ labels, values })
  switch (answer.type) {
    case 'streams':
      return answer.result.map(({ stream, values }) =>
        series(
          stream,
          values.map(([time, line]) => [time, line]),
        ),
      )
    case 'matrix':
      return answer.result.map(({ metric, values }) => series(metric, values.map(point)))
    case 'vector':
      return answer.result.map(({ metric, value }) => series(metric, [point(value)]))
    case 'scalar':
      return [series({}, [point(answer.result)])]
  }
}

// The judge as a child process: one request at a time, one line each way.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { LogqlRequest } from '#query/loki/logql/read-logql.ts'
import { buildJudge } from '../loki-module.ts'
import type { LabelSet } from '../plain/plain-line.ts'

/** A line in memory. */
export interface JudgeEntry {
  timeNs: bigint
  line: string
}

/** Entries are in order of time. */
export interface JudgeStream {
  labels: LabelSet
  entries: readonly JudgeEntry[]
}

/** `stepNs` is 0 where lines are asked for, too. */
export interface Question extends Pick<LogqlRequest, 'startNs' | 'endNs' | 'stepNs' | 'limit' | 'direction' | 'intervalNs'> {
  query: string
}

export type Kind = 'streams' | 'matrix' | 'vector' | 'scalar'

export interface Series {
  labels: LabelSet
  /** Epoch ns and a line, or epoch ms and a number as text. */
  values: readonly (readonly [string, string])[]
}

export type Verdict = { error: string } | { kind: Kind; series: readonly Series[] }

export type ParseVerdict = { error: string } | { kind: 'log' | 'metric' | 'other'; text: string }

export interface Judge extends AsyncDisposable {
  parse(query: string): Promise<ParseVerdict>
  /** Keeps lines under a name. */
  load(corpus: string, streams: readonly JudgeStream[]): Promise<void>
  evaluate(corpus: string, question: Question): Promise<Verdict>
}

/** Loki's standard. */
const seriesMax = 500

export async function startJudge(): Promise<Judge> {
  const child = spawn(await buildJudge(), { stdio: ['pipe', 'pipe', 'inherit'] })
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  let turn: Promise<unknown> = Promise.resolve()
  const ask = (request: object): Promise<never> => {
    const answer = turn.then(async () => {
      if (!child.stdin.write(`${JSON.stringify(request)}\n`)) await once(child.stdin, 'drain')
      const { value, done } = await answers.next()
      if (done === true) throw new Error('the judge has ended')
      return JSON.parse(value) as never
    })
    turn = answer
    return answer
  }
  return {
    parse: (query) => ask({ op: 'parse', query }),
    load: (corpus, streams) =>
      ask({
        op: 'load',
        corpus,
        streams: streams.map(({ labels, entries }) => ({
          labels,
          entries: entries.map(({ timeNs, line }) => ({ time: String(timeNs), line })),
        })),
      }),
    async evaluate(corpus, { query, startNs, endNs, stepNs, limit, direction, intervalNs = 0n }) {
      const times = { start: String(startNs), end: String(endNs), step: String(stepNs), interval: String(intervalNs) }
      const answer: { error?: string; kind: Kind; series?: Series[] } = await ask({
        op: 'evaluate',
        corpus,
        query,
        ...times,
        limit,
        direction,
        maxSeries: seriesMax,
      })
      return answer.error === undefined ? { kind: answer.kind, series: answer.series ?? [] } : { error: answer.error }
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}

// The cases of Loki's tests, as recorder/ has written them.
import { readFile } from 'node:fs/promises'
import { recordCases } from '../loki-module.ts'
import type { LabelSet } from '../plain/plain-line.ts'

export type Group = 'syntax' | 'stages' | 'pipelines' | 'samples' | 'engine' | 'ranges' | 'operators'

interface OfTest {
  group: Group
  /** Of Loki's, which ran it first. */
  test: string
}

export interface ParseCase extends OfTest {
  query: string
}

/** Stages, or a metric query with SELECTOR in it, over one line of one stream. */
export interface LineCase extends OfTest {
  query: string
  line: string
  labels: LabelSet
}

export interface DataStream {
  labels: LabelSet
  /** A sample of a test has a value instead of a line. */
  entries: { timeNs: bigint; line: string | undefined; value: number | undefined }[]
}

export interface QueryCase extends OfTest {
  query: string
  startNs: bigint
  endNs: bigint
  stepNs: bigint
  intervalNs: bigint
  limit: number
  direction: 'forward' | 'backward'
  data: string
}

export interface Cases {
  parse: ParseCase[]
  lines: LineCase[]
  queries: QueryCase[]
  data: ReadonlyMap<string, DataStream[]>
}

interface Recorded extends OfTest {
  kind: 'parse' | 'line' | 'query' | 'data'
  query: string
  line: string
  labels: LabelSet | null
  start: string
  end: string
  step: string
  interval: string
  limit: number
  direction: string
  data: string
  streams?: { labels: LabelSet; entries: { time: string; line?: string; value?: number }[] | null }[]
}

/** Each case once, whichever tests have it. */
export async function readCases(): Promise<Cases> {
  const text = await readFile(await recordCases(), 'utf8')
  const data = new Map<string, DataStream[]>()
  const cases: Cases = { parse: [], lines: [], queries: [], data }
  const seen = new Set<string>()
  for (const line of text.trimEnd().split('\n')) {
    const recorded = JSON.parse(line) as Recorded
    const { group, test, kind, query, limit } = recorded
    if (kind === 'data') data.set(recorded.data, streamsOf(recorded))
    const key = JSON.stringify({ ...recorded, test: '', group: '' })
    if (kind === 'data' || seen.has(key)) continue
    seen.add(key)
    if (kind === 'parse') cases.parse.push({ group, test, query })
    else if (kind === 'line') {
      cases.lines.push({ group, test, query, line: recorded.line, labels: recorded.labels ?? {} })
    } else {
      const [startNs, endNs, stepNs, intervalNs] = [
        BigInt(recorded.start),
        BigInt(recorded.end),
        BigInt(recorded.step),
        BigInt(recorded.interval),
      ]
      const direction = recorded.direction === 'FORWARD' ? 'forward' : 'backward'
      cases.queries.push({
        group,
        test,
        query,
        startNs,
        endNs,
        stepNs,
        intervalNs,
        limit,
        direction,
        data: recorded.data,
      })
    }
  }
  return cases
}

const streamsOf = ({ streams = [] }: Recorded): DataStream[] =>
  streams.map(({ labels, entries }) => ({
    labels,
    entries: (entries ?? []).map(({ time, line, value }) => ({ timeNs: BigInt(time), line, value })),
  }))

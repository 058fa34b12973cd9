// Queries of the tests of Loki's engine, over the data of those tests. A day is moved to yesterday, since Afterlog
// takes no lines of 1970. Where a test has samples instead of lines, each becomes a line that has its value as `foo`, in
// its text and as structured metadata.
import type { Afterlog } from './afterlog.ts'
import type { Cases, DataStream, QueryCase } from './cases.ts'
import type { Judge, Question } from './judge.ts'
import { judged } from './judged.ts'
import type { Table } from './table.ts'
import { streamsOf } from './streams-of.ts'
import { alsoWithMatcher } from './with-matcher.ts'

const dayNs = 86_400_000_000_000n

interface Sides {
  afterlog: Afterlog
  judge: Judge
  table: Table
}

export async function checkQueries({ queries, data }: Cases, { afterlog, judge, table }: Sides): Promise<void> {
  for (const [name, streams] of data) {
    const ofData = queries.filter((one) => one.data === name)
    if (ofData.length === 0) continue
    const shiftNs = await postData(name, streams, ofData, afterlog)
    const range = rangeOf(streams)
    const moved = { startNs: range.startNs + shiftNs, endNs: range.endNs + shiftNs + 1n }
    await judge.load(name, streamsOf(await afterlog.lines(name, '{cluster="loki"}', moved)))
    for (const one of ofData) {
      const question = questionOf(one, shiftNs)
      // Loki's API has no lines at one time.
      if (question.startNs === question.endNs && /^\s*\{/.test(one.query)) continue
      const outcome = await alsoWithMatcher(one.query, async (query) => {
        const asked = { ...question, query }
        return judged(asked, await judge.evaluate(name, { ...asked, limit: 100_000 }), await afterlog.ask(name, asked))
      })
      table.add(one.group, outcome)
    }
  }
}

function questionOf({ query, startNs, endNs, stepNs, intervalNs, limit, direction }: QueryCase, shiftNs: bigint): Question {
  const times = { startNs: startNs + shiftNs, endNs: endNs + shiftNs, intervalNs }
  return { query, ...times, stepNs: startNs === endNs ? 0n : stepNs, limit: limit === 0 ? 1000 : limit, direction }
}

/** By how much the data is moved: whole days. */
async function postData(
  name: string,
  streams: readonly DataStream[],
  queries: readonly QueryCase[],
  afterlog: Afterlog,
): Promise<bigint> {
  const now = BigInt(Date.now()) * 1_000_000n
  const shiftNs = ((now - rangeOf(streams).endNs) / dayNs) * dayNs
  const unwrapped = new Set(queries.flatMap(({ query }) => [...query.matchAll(/unwrap (?:\w+\()?(\w+)/g)].map(([, one]) => one!)))
  const records = streams.flatMap(({ labels, entries }) =>
    entries.map(({ timeNs, line, value }) => ({
      time: String(timeNs + shiftNs),
      cluster: 'loki',
      namespace: 'cases',
      pod: 'engine',
      container: 'tests',
      message: line ?? `level=info foo=${value} bar=${value} latency=${value}s msg="foo bar of tns"`,
      // Whatever the service is called by the test's labels, all lines are of one.
      labels: { ...labels, service_name: 'tests' },
      attributes: line === undefined ? Object.fromEntries([...unwrapped].map((field) => [field, String(value)])) : {},
    })),
  )
  await afterlog.post(name, records)
  return shiftNs
}

function rangeOf(streams: readonly DataStream[]): { startNs: bigint; endNs: bigint } {
  const times = streams.flatMap(({ entries }) => entries.map(({ timeNs }) => timeNs))
  const sorted = times.toSorted((a, b) => (a < b ? -1 : 1))
  return { startNs: sorted[0] ?? 0n, endNs: sorted.at(-1) ?? 0n }
}

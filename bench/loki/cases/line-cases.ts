// Stages, pipelines and extractors of samples: each case is one line in a stream of its own, which a label names.
import type { Afterlog } from './afterlog.ts'
import type { LineCase } from './cases.ts'
import type { Judge, Question } from './judge.ts'
import { judged } from './judged.ts'
import type { Table } from './table.ts'
import { streamsOf } from './streams-of.ts'

const tenant = 'line-cases'
const second = 1_000_000_000n

interface Sides {
  afterlog: Afterlog
  judge: Judge
  table: Table
}

export async function checkLines(cases: readonly LineCase[], { afterlog, judge, table }: Sides): Promise<void> {
  // A second apart, so that a range of a minute may have other cases' lines too: their label tells them apart.
  const startNs = ((BigInt(Date.now()) * 1_000_000n) / second) * second - 4n * 3600n * second
  const timeOf = (i: number): bigint => startNs + BigInt(i) * second
  await afterlog.post(
    tenant,
    cases.map(({ line, labels: { namespace = 'cases', pod = 'stages', container = 'tests', ...labels } }, i) => ({
      time: String(timeOf(i)),
      cluster: 'loki',
      namespace,
      pod,
      container,
      message: line,
      verbatim: true,
      labels: { ...labels, case: String(i) },
    })),
  )
  const endNs = timeOf(cases.length)
  const stored = await afterlog.lines(tenant, '{cluster=~".+"}', { startNs, endNs })
  const byCase = new Map(stored.map((line) => [line.labels['case'], line]))
  for (const [i, one] of cases.entries()) {
    const line = byCase.get(String(i))
    if (line === undefined) throw new Error(`the line of case ${i} is not found: ${JSON.stringify(one)}`)
    const question = questionOf(one, i, timeOf(i))
    await judge.load('case', streamsOf([line]))
    const expected = await judge.evaluate('case', { ...question, limit: 100_000 })
    table.add(one.group, judged(question, expected, await afterlog.ask(tenant, question)))
  }
}

function questionOf({ query }: LineCase, i: number, timeNs: bigint): Question {
  const selector = `{case="${i}"}`
  const common = { limit: 10, direction: 'forward' as const, stepNs: 0n }
  if (query.includes('SELECTOR'))
    return { ...common, query: query.replaceAll('SELECTOR', selector), startNs: timeNs, endNs: timeNs }
  return { ...common, query: `${selector} ${query}`, startNs: timeNs, endNs: timeNs + second }
}

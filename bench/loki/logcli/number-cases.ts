// Calls of logcli that print numbers: metric queries at one time and over a range, literals, statistics.
import { deepStrictEqual } from 'node:assert'
import type { LabelSet } from '../plain/plain-line.ts'
import { prints, printing, rfc3339, type Case } from './case.ts'
import type { Corpus, CorpusLine } from './corpus.ts'

interface Sample {
  metric: LabelSet
  value: number
}

type Group = (line: CorpusLine) => LabelSet

const app: Group = ({ labels }) => ({ app: labels['app']! })
const none: Group = () => ({})
const stepMs = 300_000
const rangeNs = 600_000_000_000n

export const numberCases = (corpus: Corpus): Case[] => [...instantCases(corpus), ...rangeCases(corpus)]

/** Of all lines, since logcli asks at the time of its call. */
function instantCases({ lines, others }: Corpus): Case[] {
  const count = (of: readonly CorpusLine[], group: Group): Sample[] => groups(of, group, (some) => some.length)
  const failures = lines.filter(({ status }) => status === 500)
  const pay = lines.filter(({ labels }) => labels['app'] === 'pay')
  const cart = lines.filter(({ labels }) => labels['app'] === 'cart')
  const top = count(lines, app).toSorted((a, b) => b.value - a.value || (a.metric['app']! < b.metric['app']! ? -1 : 1))
  return [
    instant('sum by (app) (count_over_time({cluster="prod"}[2h]))', count(lines, app)),
    instant(
      'sum(count_over_time({cluster="prod"} |= "500" [2h]))',
      count(
        lines.filter(({ message }) => message.includes('500')),
        none,
      ),
    ),
    instant(
      'sum by (namespace, detected_level) (count_over_time({cluster="prod"}[2h]))',
      count(lines, ({ labels, level }) => ({ namespace: labels['namespace']!, detected_level: level })),
    ),
    instant(
      'sum by (status) (count_over_time({app="cart"} | json [2h]))',
      count(cart, ({ status }) => ({ status: String(status) })),
    ),
    instant(
      'max_over_time({app="pay"} | logfmt | unwrap duration(took) [2h]) by (path)',
      groups(
        pay,
        ({ path }) => ({ path }),
        (some) => Math.max(...some.map(({ took }) => took)) / 1000,
      ),
    ),
    instant(
      'quantile_over_time(0.5, {app="pay"} | logfmt | unwrap duration_seconds(took) [2h]) by (pod)',
      groups(
        pay,
        ({ labels }) => ({ pod: labels['pod']! }),
        (some) => median(some.map(({ took }) => took)) / 1000,
      ),
    ),
    instant(
      'sum(bytes_over_time({app="pay"}[2h]))',
      groups(pay, none, (some) => sum(some.map(({ message }) => Buffer.byteLength(message)))),
    ),
    instant('sum by (app) (rate({cluster="prod"}[2h])) * 7200', count(lines, app)),
    instant(
      'topk(1, sum by (app) (count_over_time({cluster="prod", app!="pay"}[2h])))',
      top.filter(({ metric }) => metric['app'] === 'cart'),
    ),
    instant(
      'sum by (app) (count_over_time({cluster="prod"} |~ "\\\\b500\\\\b" | detected_level="error" [2h])) / sum by (app) (count_over_time({cluster="prod"}[2h]))',
      groups(lines, app, (some) => some.filter((line) => failures.includes(line)).length / some.length),
    ),
    instant(
      'sum by (app) (count_over_time({cluster="prod"}[2h])) > 1000',
      count(lines, app).filter(({ value }) => value > 1000),
    ),
    instant('absent_over_time({app="nobody"}[5m])', [{ metric: { app: 'nobody' }, value: 1 }]),
    instant('sum(count_over_time({app="nobody"}[2h]))', []),
    instant('sum(count_over_time({cluster="prod"}[2h]))', count(others, none), ['--org-id=team-a']),
    printing(['instant-query', '-q', '1 + 2 * 3'], (stdout) => deepStrictEqual((JSON.parse(stdout) as [number, string])[1], '7')),
  ]
}

function rangeCases({ lines, startNs, endNs }: Corpus): Case[] {
  const range = [`--from=${rfc3339(startNs)}`, `--to=${rfc3339(endNs)}`, `--step=${stepMs / 1000}s`]
  const over = (query: string, samples: (some: readonly CorpusLine[]) => Sample[]): Case =>
    printing(['query', '-q', ...range, query], (stdout) => {
      const due: Record<string, [number, number][]> = {}
      for (let ms = Number(startNs / 1_000_000n); ms <= Number(endNs / 1_000_000n); ms += stepMs) {
        const to = BigInt(ms) * 1_000_000n
        const inWindow = lines.filter(({ timeNs }) => timeNs > to - rangeNs && timeNs <= to)
        for (const { metric, value } of samples(inWindow)) (due[keyOf(metric)] ??= []).push([ms / 1000, rounded(value)])
      }
      const came = JSON.parse(stdout) as { metric: LabelSet; values: [number, string][] }[]
      const given = came.map(({ metric, values }) => [keyOf(metric), values.map(([at, value]) => [at, rounded(Number(value))])])
      deepStrictEqual(Object.fromEntries(given), due)
    })
  return [
    over('sum by (app) (count_over_time({cluster="prod"}[10m]))', (some) => groups(some, app, (group) => group.length)),
    over('sum(rate({app="cart"} | json | status="500" [10m]))', (some) =>
      groups(
        some.filter(({ labels, status }) => labels['app'] === 'cart' && status === 500),
        none,
        (group) => group.length / 600,
      ),
    ),
    over('avg_over_time({app="pay"} | logfmt | unwrap status [10m]) by (app)', (some) =>
      groups(
        some.filter(({ labels }) => labels['app'] === 'pay'),
        app,
        (group) => sum(group.map(({ status }) => status)) / group.length,
      ),
    ),
    prints(['query', '-q', ...range, 'sum(count_over_time({app="nobody"}[10m]))'], '[]'),
    printing(['query', '--stats', ...range, 'sum(bytes_rate({cluster="prod"}[10m]))'], (stdout, stderr) => {
      const bytes = sum(lines.map(({ message }) => Buffer.byteLength(message)))
      const came = JSON.parse(stdout) as { values: [number, string][] }[]
      const disjoint = came[0]!.values.filter(([at]) => (at - Number(startNs / 1_000_000_000n)) % 600 === 0)
      deepStrictEqual(Math.round(sum(disjoint.map(([, value]) => Number(value) * 600))), bytes)
      deepStrictEqual(/Summary\.TotalLinesProcessed\s+(\d+)/.exec(stderr)?.[1], String(lines.length))
    }),
  ]
}

function instant(query: string, due: readonly Sample[], options: readonly string[] = []): Case {
  return printing(['instant-query', '-q', ...options, query], (stdout) => {
    const came = JSON.parse(stdout) as { metric: LabelSet; value: [number, string] }[]
    const given = came.map(({ metric, value: [, value] }): [string, number] => [keyOf(metric), rounded(Number(value))])
    deepStrictEqual(
      Object.fromEntries(given),
      Object.fromEntries(due.map(({ metric, value }): [string, number] => [keyOf(metric), rounded(value)])),
    )
    deepStrictEqual(given.length, due.length)
  })
}

function groups(lines: readonly CorpusLine[], group: Group, value: (lines: readonly CorpusLine[]) => number): Sample[] {
  const grouped = Map.groupBy(lines, (line) => keyOf(group(line)))
  return [...grouped.values()].map((some) => ({ metric: group(some[0]!), value: value(some) }))
}

const keyOf = (metric: LabelSet): string => JSON.stringify(Object.entries(metric).toSorted(([a], [b]) => (a < b ? -1 : 1)))
const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0)
/** Sums are of another order, so their last digits differ. */
const rounded = (value: number): number => Number(value.toPrecision(10))

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const rank = (sorted.length - 1) / 2
  return (sorted[Math.floor(rank)]! + sorted[Math.ceil(rank)]!) / 2
}

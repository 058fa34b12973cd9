// Calls of logcli that print labels and streams, and calls that fail.
import { deepStrictEqual } from 'node:assert'
import { fails, prints, printing, rfc3339, textOf, type Case } from './case.ts'
import type { Corpus, CorpusLine } from './corpus.ts'

const ofMetadata = 'detected_level'

export function nameCases({ lines, others, startNs }: Corpus): Case[] {
  const before = [`--from=${rfc3339(startNs - 3_600_000_000_000n)}`, `--to=${rfc3339(startNs)}`]
  const names = Object.keys(lines[0]!.labels).filter((name) => name !== ofMetadata)
  const valuesOf = (name: string): string[] => [...new Set(lines.map(({ labels }) => labels[name]!))]
  return [
    prints(['labels', '-q'], sorted(names)),
    prints(['labels', '-q', 'namespace'], sorted(valuesOf('namespace'))),
    prints(['labels', '-q', '--since=2h', 'pod'], sorted(valuesOf('pod'))),
    prints(['labels', '-q', 'nothing'], ''),
    prints(['labels', '-q', ...before, 'pod'], ''),
    series(
      ['{app="cart"}'],
      lines.filter(({ labels }) => labels['app'] === 'cart'),
    ),
    series(
      ['{namespace=~".+", app!~"cart|pay"}'],
      lines.filter(({ labels }) => labels['app'] === 'web'),
    ),
    series(['{}'], lines),
    series([...before, '{}'], []),
    series(
      ['--org-id=team-a', '{app="web"}'],
      others.filter(({ labels }) => labels['app'] === 'web'),
    ),
    printing(['series', '-q', '--analyze-labels', '{}'], (stdout) => {
      const rows = stdout
        .trimEnd()
        .split('\n')
        .map((row) => row.split(/\s{2,}/).join('|'))
      const streams = valuesOf('pod').length
      const due = names.map((name) => `${name}|${valuesOf(name).length}|${streams}`)
      const head = [
        `Total Streams:|${streams}`,
        `Unique Labels:|${names.length}`,
        '',
        'Label Name|Unique Values|Found In Streams',
      ]
      deepStrictEqual([...rows.slice(0, 4), ...rows.slice(4).toSorted()], [...head, ...due.toSorted()])
    }),
    fails(['query', '{app="cart"'], 'parse error at line 1, col 12: syntax error'),
    fails(['query', '{app="cart"} | nothing'], 'parse error at line 1'),
    fails(['query', '{app="cart"} |~ "("'], 'parse error at line 1, col 14'),
    fails(['query', '{}'], 'at least one'),
    fails(['query', '--limit=20000', '--batch=20000', '{app="cart"}'], 'max entries limit per query exceeded'),
    fails(['query', '--step=1ms', 'sum(rate({app="cart"}[1m]))'], 'points'),
    fails(['instant-query', '{app="cart"}'], 'query_range'),
    fails(['instant-query', 'variants(count_over_time({app="cart"}[1m])) of ({app="cart"}[1m])'], 'not supported'),
    fails(['series', '{app='], 'parse error'),
  ]
}

const sorted = (texts: readonly string[]): string => textOf(texts.toSorted())

/** Each stream once, in any order. */
const series = (args: readonly string[], of: readonly CorpusLine[]): Case =>
  printing(['series', '-q', ...args], (stdout) => {
    const text = ({ labels }: CorpusLine): string =>
      `{${Object.keys(labels)
        .filter((name) => name !== ofMetadata)
        .toSorted()
        .map((name) => `${name}=${JSON.stringify(labels[name])}`)
        .join(', ')}}`
    const due = [...new Set(of.map(text))].toSorted()
    deepStrictEqual(stdout.trimEnd().split('\n').toSorted(), due.length === 0 ? [''] : due)
  })

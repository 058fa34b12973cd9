// What Afterlog answers otherwise than Loki 2.2.1, and why: LogQL has grown since. Places are those of Loki's public
// documentation of its newest version, below https://grafana.com/docs/loki/latest/query/, where no other is named.
import type { Outcome } from './outcome.ts'

type Wrong = Extract<Outcome, { outcome: 'wrong' }>

export interface Purpose {
  reason: string
  is(wrong: Wrong): boolean
}

export const onPurpose: readonly Purpose[] = [
  {
    reason:
      'a selector needs a matcher that an empty value does not fulfil: log_queries/#log-stream-selector takes the rules of ' +
      'Prometheus, which has this one at prometheus.io/docs/prometheus/latest/querying/basics/#instant-vector-selectors. ' +
      'The rest of the query is compared behind a selector that has one',
    is: ({ cameBehindMatcher }) => cameBehindMatcher === 'passed',
  },
  {
    reason: "log_queries/#label-filter-expression has PB and PiB; Loki's lexer takes the P for an exponent",
    is: ({ query }) => /==4[27]PB/.test(query),
  },
  {
    reason: 'logfmt skips what it cannot read unless it is --strict: log_queries/#logfmt',
    is: ({ query, expected }) => query.endsWith('| logfmt') && expected.includes('LogfmtParserErr'),
  },
  {
    reason: 'logfmt leaves out keys without a value unless it is told --keep-empty: log_queries/#logfmt',
    is: ({ query, expected }) => query.endsWith('| logfmt') && expected.includes('["buzz",""]'),
  },
  {
    reason: 'of a key that a line has twice, the first value is kept: log_queries/#parser-expression',
    is: ({ query, expected }) => query.endsWith('| logfmt') && expected.includes('["foobar","10ms"]'),
  },
  {
    reason: 'a label has a name, and "  " is none: get-started/labels/#label-format of the documentation',
    is: ({ query, expected }) => query.endsWith('| json') && expected.includes('labels {="value"'),
  },
  {
    reason:
      'what finds no match is no part of the result, behind bool too, as in PromQL: query/#keywords-on-and-ignoring, which Loki 2.2 ' +
      'does not have, and query/#arithmetic-operators',
    is: ({ query, came }) => /> bool .*\{app="bar"\}/.test(query) && came === '[]',
  },
]

// LogQL over the lines that Afterlog stores. The seam for Loki's HTTP API:
//   parseLogQL(text)          syntax/parse-logql.ts: a tree, or a LogqlError with line, column and position
//   parseMatchers(text)       syntax/parse-logql.ts: `{…}` of labels, series, stats and volume
//   formatLogQL(expr)         syntax/format-logql.ts
//   selectorFilter(…)         selector-filter.ts: the LineFilter that reads the lines of some matchers
//   runLogQL(…)               here: streams, a matrix, a vector or a scalar
// Language: https://grafana.com/docs/loki/latest/query/ ; what is a label: docs/decisions/0021-logql.md
import type { Reading } from '#shared/store-reading/reading.ts'
import type { LogqlResult } from './result.ts'
import type { LogqlExpr } from './syntax/logql-expr.ts'

export interface LogqlRequest {
  /** Of the request: everything that is read counts against its limits. */
  reading: Reading
  tenant: string
  /** The text that `expr` was made of, for errors with a position. */
  text: string
  expr: LogqlExpr
  /**
   * Epoch ns. Lines: from `startNs` to before `endNs`. Numbers: at `startNs` and every `stepNs` up to and with `endNs`.
   */
  startNs: bigint
  endNs: bigint
  /** 0 of an instant query, whose times are equal; its lines are not asked for. */
  stepNs: bigint
  /** Of lines. */
  limit: number
  direction: 'forward' | 'backward'
  /** Of lines: at most one line of each stream in each interval; 0 or missing is all. */
  intervalNs?: bigint
  /**
   * Whether labels of streams, structured metadata and parsed labels are kept apart, as
   * `X-Loki-Response-Encoding-Flags: categorize-labels` asks.
   */
  categorize?: boolean
}

export async function runLogQL(_request: LogqlRequest): Promise<LogqlResult> {
  throw new Error('not there yet')
}

// What a query is once it is read. `at` is where a part begins in the text, in UTF-16 code units, for messages about it.

export type LogqlExpr = LogExpr | MetricExpr

/** `{app="cart"} |= "error" | json` */
export interface LogExpr {
  kind: 'log'
  matchers: readonly Matcher[]
  stages: readonly Stage[]
  at: number
}

export type MatchOp = '=' | '!=' | '=~' | '!~'

/** `app=~"cart.*"`: an expression matches the whole value. */
export interface Matcher {
  name: string
  op: MatchOp
  value: string
  at: number
}

export type Stage =
  | LineFilterStage
  | JsonStage
  | LogfmtStage
  | TextParserStage
  | { kind: 'unpack'; at: number }
  | { kind: 'label-filter'; test: LabelTest; at: number }
  | { kind: 'line-format'; template: string; at: number }
  | { kind: 'label-format'; formats: readonly LabelFormat[]; at: number }
  | { kind: 'decolorize'; at: number }
  | { kind: 'drop' | 'keep'; labels: readonly NamedLabel[]; at: number }

export type LineFilterOp = '|=' | '!=' | '|~' | '!~' | '|>' | '!>'

/** `|= "a" or "b"`; a negative filter lets a line through that has none of the alternatives. */
export interface LineFilterStage {
  kind: 'line-filter'
  op: LineFilterOp
  alternatives: readonly { text: string; isIp: boolean; at: number }[]
  at: number
}

/** `a="b.c"`: the label, and where its value stands. */
export interface Extraction {
  name: string
  from: string
  at: number
}

export interface JsonStage {
  kind: 'json'
  /** Empty: every field. */
  extractions: readonly Extraction[]
  at: number
}

export interface LogfmtStage {
  kind: 'logfmt'
  extractions: readonly Extraction[]
  strict: boolean
  keepEmpty: boolean
  at: number
}

export interface TextParserStage {
  kind: 'regexp' | 'pattern'
  text: string
  at: number
}

export type LabelTest =
  | { kind: 'and' | 'or'; left: LabelTest; right: LabelTest }
  | { kind: 'string'; matcher: Matcher }
  | { kind: 'ip'; name: string; isNegated: boolean; text: string; at: number }
  | {
      kind: 'number' | 'duration' | 'bytes'
      name: string
      op: CompareOp
      /** A duration in ns. */
      value: number
      /** As it is written. */
      text: string
      at: number
    }

export type CompareOp = '==' | '!=' | '>' | '>=' | '<' | '<='

/** `a=b` takes the label b over, `a="{{.b}}"` makes a text. */
export type LabelFormat = { name: string; at: number } & (
  | { from: string; template?: undefined }
  | { template: string; from?: undefined }
)

export interface NamedLabel {
  name: string
  matcher?: Matcher
}

export type MetricExpr = RangeExpr | AggregateExpr | BinaryExpr | LiteralExpr | VectorExpr | LabelReplaceExpr

export const rangeOps = [
  'count_over_time',
  'rate',
  'rate_counter',
  'bytes_over_time',
  'bytes_rate',
  'avg_over_time',
  'sum_over_time',
  'min_over_time',
  'max_over_time',
  'stddev_over_time',
  'stdvar_over_time',
  'quantile_over_time',
  'first_over_time',
  'last_over_time',
  'absent_over_time',
] as const
export type RangeOp = (typeof rangeOps)[number]

export interface Unwrap {
  name: string
  conversion?: 'bytes' | 'duration' | 'duration_seconds'
  /** Behind the value. */
  filters: readonly LabelTest[]
  at: number
}

export interface Grouping {
  without: boolean
  labels: readonly string[]
}

/** `rate({app="cart"} |= "error" [5m] offset 1h)` */
export interface RangeExpr {
  kind: 'range'
  op: RangeOp
  /** Of quantile_over_time. */
  parameter?: number
  log: LogExpr
  rangeNs: bigint
  offsetNs: bigint
  unwrap?: Unwrap
  grouping?: Grouping
  at: number
}

export const aggregateOps = [
  'sum',
  'avg',
  'count',
  'max',
  'min',
  'stddev',
  'stdvar',
  'bottomk',
  'topk',
  'sort',
  'sort_desc',
  'approx_topk',
] as const
export type AggregateOp = (typeof aggregateOps)[number]

export interface AggregateExpr {
  kind: 'aggregate'
  op: AggregateOp
  /** Of topk and its like. */
  parameter?: number
  of: MetricExpr
  grouping?: Grouping
  at: number
}

export type BinaryOp =
  | 'or'
  | 'and'
  | 'unless'
  | '=='
  | '!='
  | '>'
  | '>='
  | '<'
  | '<='
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '^'

export interface Matching {
  on: boolean
  labels: readonly string[]
  group?: 'left' | 'right'
  include: readonly string[]
}

export interface BinaryExpr {
  kind: 'binary'
  op: BinaryOp
  bool: boolean
  matching?: Matching
  left: MetricExpr
  right: MetricExpr
  at: number
}

export interface LiteralExpr {
  kind: 'literal'
  value: number
  at: number
}

export interface VectorExpr {
  kind: 'vector'
  value: number
  at: number
}

export interface LabelReplaceExpr {
  kind: 'label-replace'
  of: MetricExpr
  to: string
  replacement: string
  from: string
  regex: string
  at: number
}

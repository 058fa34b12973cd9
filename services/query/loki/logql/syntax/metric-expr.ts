// sum by (pod) (rate({app="cart"}[5m])) / 2
// Metric expressions, with the checks that Loki makes of their parameters and groupings.
import type { SyntaxNode } from '@lezer/common'
import { arithmetic } from '../binary-values.ts'
import { compileRegex } from '../regex.ts'
import { combine } from './binary-order.ts'
import { signedNumber } from './label-tests.ts'
import { numberOf, textOf } from './literals.ts'
import { groupingLabels, labelNames, logExprOf, logRangeOf } from './log-expr.ts'
import type {
  AggregateExpr,
  AggregateOp,
  BinaryExpr,
  BinaryOp,
  Grouping,
  LogqlExpr,
  Matching,
  MetricExpr,
  RangeExpr,
  RangeOp,
} from './logql-expr.ts'
import { childrenOf, type QueryText } from './query-text.ts'

/** A node `Expr`. */
export function exprOf(query: QueryText, node: SyntaxNode): LogqlExpr {
  const child = node.firstChild!
  return child.name === 'LogExpr' ? logExprOf(query, child) : metricExprOf(query, child)
}

/** A node `MetricExpr`. */
function metricExprOf(query: QueryText, node: SyntaxNode): MetricExpr {
  const child = node.firstChild!
  switch (child.name) {
    case 'MetricExpr':
      return metricExprOf(query, child)
    case 'RangeAggregationExpr':
      return rangeExprOf(query, child)
    case 'VectorAggregationExpr':
      return aggregateExprOf(query, child)
    case 'BinOpExpr':
      return binaryExprOf(query, child)
    case 'LiteralExpr':
      return { kind: 'literal', value: signedNumber(query.of(child)), at: child.from }
    case 'LabelReplaceExpr':
      return labelReplaceOf(query, child)
    case 'VectorExpr':
      return { kind: 'vector', value: numberOf(query.of(query.child(child, 'Number'))), at: child.from }
    default:
      throw query.error(child, `${query.of(child)} is not supported`, { isUnsupported: true })
  }
}

function groupingOf(query: QueryText, node: SyntaxNode): { grouping?: Grouping } {
  const grouping = node.getChild('Grouping')
  if (grouping === null) return {}
  return { grouping: { without: grouping.getChild('Without') !== null, labels: labelNames(query, grouping) } }
}

const groupedRanges = new Set<RangeOp>([
  'avg_over_time',
  'stddev_over_time',
  'stdvar_over_time',
  'quantile_over_time',
  'max_over_time',
  'min_over_time',
  'first_over_time',
  'last_over_time',
])
const countingRanges = new Set<RangeOp>(['count_over_time', 'bytes_over_time', 'bytes_rate'])
const unwrappedOrNot = new Set<RangeOp>(['rate', 'absent_over_time'])

function rangeExprOf(query: QueryText, node: SyntaxNode): RangeExpr {
  const op = query.of(query.child(node, 'RangeOp')).toLowerCase() as RangeOp
  const range = logRangeOf(query, query.child(node, 'LogRangeExpr'))
  const grouping = groupingOf(query, node)
  const number = node.getChild('Number')
  if (number !== null && op !== 'quantile_over_time')
    throw query.error(number, `parameter ${query.of(number)} not supported for operation ${op}`)
  if (number === null && op === 'quantile_over_time') throw query.error(node, `parameter required for operation ${op}`)
  if (grouping.grouping !== undefined && !groupedRanges.has(op))
    throw query.error(query.child(node, 'Grouping'), `grouping not allowed for ${op} aggregation`)
  if (range.unwrap !== undefined && countingRanges.has(op))
    throw query.error(range.unwrap.at, `invalid aggregation ${op} with unwrap`)
  if (range.unwrap === undefined && !countingRanges.has(op) && !unwrappedOrNot.has(op))
    throw query.error(node, `invalid aggregation ${op} without unwrap`)
  return {
    kind: 'range',
    op,
    ...range,
    ...grouping,
    ...(number === null ? {} : { parameter: numberOf(query.of(number)) }),
    at: node.from,
  }
}

function aggregateExprOf(query: QueryText, node: SyntaxNode): AggregateExpr {
  const name = query.child(node, 'VectorOp')
  const op = (query.unread.approximate.has(name.from) ? 'approx_topk' : query.of(name).toLowerCase()) as AggregateOp
  const number = node.getChild('Number')
  const grouping = groupingOf(query, node)
  const takesNumber = op === 'topk' || op === 'bottomk' || op === 'approx_topk'
  if (takesNumber) {
    if (number === null) throw query.error(node, `parameter required for operation ${op}`)
    const written = query.of(number)
    if (!/^\d+$/.test(written)) throw query.error(number, `invalid parameter ${op}(${written},`)
    if (Number(written) === 0) throw query.error(number, `invalid parameter (must be greater than 0) ${op}(${written}`)
    if (op === 'approx_topk' && grouping.grouping !== undefined)
      throw query.error(query.child(node, 'Grouping'), `grouping not allowed for ${op} aggregation`)
  } else if (number !== null)
    throw query.error(number, `unsupported parameter for operation ${op}(${query.of(number)},`)
  if ((op === 'sort' || op === 'sort_desc') && (grouping.grouping?.labels.length ?? 0) > 0)
    throw query.error(query.child(node, 'Grouping'), 'sort and sort_desc take no grouping')
  return {
    kind: 'aggregate',
    op,
    of: metricExprOf(query, query.child(node, 'MetricExpr')),
    ...grouping,
    ...(number === null ? {} : { parameter: Number(query.of(number)) }),
    at: node.from,
  }
}

type Operator = Pick<BinaryExpr, 'op' | 'bool' | 'matching' | 'at'>

function binaryExprOf(query: QueryText, node: SyntaxNode): MetricExpr {
  const operands: LogqlExpr[] = []
  const operators: Operator[] = []
  const flatten = (binary: SyntaxNode): void => {
    const [left, op, modifier, right] = childrenOf(binary)
    operand(left!)
    operators.push({ op: query.of(op!).toLowerCase() as BinaryOp, at: op!.from, ...modifierOf(query, modifier!) })
    operand(right!)
  }
  const operand = (expr: SyntaxNode): void => {
    const binary = expr.firstChild?.firstChild
    if (expr.firstChild?.name === 'MetricExpr' && binary?.name === 'BinOpExpr') flatten(binary)
    else operands.push(exprOf(query, expr))
  }
  flatten(node)
  return combine(operands, operators, (op, left, right) => joined(query, op, left, right)) as MetricExpr
}

const setOps = new Set<BinaryOp>(['or', 'and', 'unless'])

function joined(query: QueryText, operator: Operator, left: LogqlExpr, right: LogqlExpr): MetricExpr {
  const { op } = operator
  for (const [side, leg] of [
    ['left', left],
    ['right', right],
  ] as const) {
    if (leg.kind === 'log')
      throw query.error(leg.at, `unexpected type for ${side} leg of binary operation (${op}): it selects lines`)
    if (setOps.has(op) && leg.kind === 'literal')
      throw query.error(leg.at, `unexpected literal for ${side} leg of logical/set binary operation (${op})`)
  }
  if (left.kind === 'log' || right.kind === 'log') throw query.error(operator.at, 'no numbers')
  if (left.kind === 'literal' && right.kind === 'literal')
    return { kind: 'literal', value: arithmetic(op, left.value, right.value), at: left.at }
  return { kind: 'binary', ...operator, left, right }
}

function modifierOf(query: QueryText, node: SyntaxNode): Pick<BinaryExpr, 'bool' | 'matching'> {
  const bool = node.getChild('Bool') !== null
  const on = node.getChild('OnOrIgnoringModifier')
  if (on === null) return { bool }
  const left = node.getChild('GroupLeft')
  const right = node.getChild('GroupRight')
  const include = node.getChild('GroupingLabels')
  const matching: Matching = {
    on: on.getChild('On') !== null,
    labels: groupingLabels(query, query.child(on, 'GroupingLabels')),
    include: include === null ? [] : groupingLabels(query, include),
    ...(left === null && right === null ? {} : { group: left === null ? 'right' : 'left' }),
  }
  return { bool, matching }
}

function labelReplaceOf(query: QueryText, node: SyntaxNode): MetricExpr {
  const strings = node.getChildren('String')
  const [to, replacement, from, regex] = strings.map((string) => textOf(query, string))
  try {
    compileRegex(`^(?:${regex!})$`)
  } catch (error) {
    throw query.error(strings[3]!, `invalid regex in label_replace: ${error instanceof Error ? error.message : ''}`)
  }
  const of = metricExprOf(query, query.child(node, 'MetricExpr'))
  return { kind: 'label-replace', of, to: to!, replacement: replacement!, from: from!, regex: regex!, at: node.from }
}

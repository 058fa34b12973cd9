// {app="cart", namespace=~"shop|pay"} |= "error"
// A selector must have a matcher that a stream without the label does not fulfil.
import type { SyntaxNode } from '@lezer/common'
import { labelTestOf, matcherOf } from './label-tests.ts'
import type { LogExpr, Matcher, Unwrap } from './logql-expr.ts'
import { durationNs } from '#shared/time/duration-ns.ts'
import { matchesValue } from '../match-values.ts'
import { stagesOf } from './pipeline-stages.ts'
import { childrenOf, itemsOf, type QueryText } from './query-text.ts'

const tooWide =
  'queries need at least one matcher that a stream without the label does not fulfil: ' +
  'app=~".*" selects every stream, app=~".+" those that have the label'

export function matchersOf(query: QueryText, selector: SyntaxNode): Matcher[] {
  const matchers = itemsOf(query.child(selector, 'Matchers'), 'Matcher').map((node) => matcherOf(query, node))
  for (const matcher of matchers) checkMatcher(query, matcher)
  return matchers
}

/** Throws where the expression of a matcher is none. */
function checkMatcher(query: QueryText, matcher: Matcher): void {
  try {
    matchesValue(matcher)
  } catch (error) {
    throw query.error(matcher.at, error instanceof Error ? error.message : 'invalid expression')
  }
}

/** Throws where the selector selects everything. */
function checkWidth(query: QueryText, { matchers, at }: Pick<LogExpr, 'matchers' | 'at'>): void {
  if (matchers.every((matcher) => matchesValue(matcher)(''))) throw query.error(at, tooWide)
}

/** A node `LogExpr`. */
export function logExprOf(query: QueryText, node: SyntaxNode): LogExpr {
  const inner = node.getChild('LogExpr')
  if (inner !== null) return logExprOf(query, inner)
  const log = selected(query, node)
  checkWidth(query, log)
  return log
}

function selected(query: QueryText, node: SyntaxNode): LogExpr {
  const selector = query.child(node, 'Selector')
  const pipeline = node.getChild('PipelineExpr')
  return {
    kind: 'log',
    matchers: matchersOf(query, selector),
    stages: pipeline === null ? [] : stagesOf(query, pipeline),
    at: selector.from,
  }
}

export interface LogRange {
  log: LogExpr
  rangeNs: bigint
  offsetNs: bigint
  unwrap?: Unwrap
}

/** A node `LogRangeExpr`. */
export function logRangeOf(query: QueryText, node: SyntaxNode): LogRange {
  const inner = node.getChild('LogRangeExpr')
  if (inner !== null) return logRangeOf(query, inner)
  const log = selected(query, node)
  checkWidth(query, log)
  const unwrap = node.getChild('UnwrapExpr')
  const range = query.child(node, 'Range')
  const duration = query.child(range, 'Duration')
  const rangeNs = nsOf(query, query.of(duration), duration.from)
  if (/[nuµμ]s|\./.test(query.of(duration)))
    throw query.error(duration, 'a range has whole numbers of ms, s, m, h, d, w or y: give 90s for 1.5m')
  if (rangeNs <= 0n) throw query.error(range, 'the range must be longer than 0')
  const offset = query.unread.offsets.get(range.to)
  return {
    log,
    rangeNs,
    offsetNs: offset === undefined ? 0n : nsOf(query, offset.text, offset.at),
    ...(unwrap === null ? {} : { unwrap: unwrapOf(query, unwrap) }),
  }
}

const longestNs = 100 * 31_536_000e9

function nsOf(query: QueryText, text: string, at: number): bigint {
  const ns = durationNs(text)
  if (ns === undefined) throw query.error(at, `not a valid duration string: ${JSON.stringify(text)}`)
  if (Math.abs(ns) > longestNs) throw query.error(at, `the duration ${text} is longer than 100 years`)
  return BigInt(Math.round(ns))
}

function unwrapOf(query: QueryText, node: SyntaxNode): Unwrap {
  const before = node.getChild('UnwrapExpr')
  if (before !== null) {
    const unwrap = unwrapOf(query, before)
    return { ...unwrap, filters: [...unwrap.filters, labelTestOf(query, query.child(node, 'LabelFilter'))] }
  }
  const name = query.of(query.child(node, 'Identifier'))
  const conversion = node.getChild('ConvOp')
  return {
    name,
    filters: [],
    at: node.from,
    ...(conversion === null
      ? {}
      : { conversion: query.of(conversion).toLowerCase() as NonNullable<Unwrap['conversion']> }),
  }
}

/** Names of a node `Grouping`, or of another with `Labels`. */
export function labelNames(query: QueryText, node: SyntaxNode): string[] {
  const labels = node.getChild('Labels')
  return labels === null ? [] : itemsOf(labels, 'Identifier').map((name) => query.of(name))
}

/** Names of a node `GroupingLabels`. */
export function groupingLabels(query: QueryText, node: SyntaxNode): string[] {
  const names: string[] = []
  const collect = (list: SyntaxNode): void => {
    for (const child of childrenOf(list)) {
      if (child.name === 'GroupingLabelList') collect(child)
      else if (child.name === 'GroupingLabel') names.push(query.of(child))
    }
  }
  collect(node)
  return names
}

// LogQL text to a tree, by Grafana's own grammar (@grafana/lezer-logql). What the grammar does not know, and what Loki
// refuses though the grammar does not, is an error with its position.
// Language: https://grafana.com/docs/loki/latest/query/
import type { SyntaxNode, Tree } from '@lezer/common'
import { parser } from '@grafana/lezer-logql'
import { withoutApproximate } from './approx-topk.ts'
import { checkStages } from '../check-stages.ts'
import { matchersOf } from './log-expr.ts'
import { LogqlError } from './logql-error.ts'
import type { LogExpr, LogqlExpr, Matcher } from './logql-expr.ts'
import { exprOf } from './metric-expr.ts'
import { queryText, type QueryText } from './query-text.ts'

/** Bytes, as in Loki. */
const lengthMax = 131_072
/** Nodes within each other: an operator is three. */
const depthMax = 1200

/** Throws LogqlError. */
export function parseLogQL(text: string): LogqlExpr {
  const { query, top } = parsed(text)
  const expr = exprOf(query, top)
  checkStages(query, expr)
  return expr
}

/** `{app="cart"} |= "x"`: a query of lines. */
export function parseLogSelector(text: string): LogExpr {
  const expr = parseLogQL(text)
  if (expr.kind !== 'log')
    throw new LogqlError(text, expr.at, 'only a query of lines can stand here: {…} and a pipeline')
  return expr
}

/** `{app="cart"}`, and `{}` for everything. */
export function parseMatchers(text: string): Matcher[] {
  if (/^\s*\{\s*\}\s*$/.test(text) || text.trim() === '') return []
  const { query, top } = parsed(text)
  const log = top.getChild('LogExpr')
  const selector = log?.getChild('Selector') ?? null
  if (selector === null || log?.getChild('PipelineExpr') !== null)
    throw query.error(0, 'only label matchers can stand here, as in {namespace="shop"}')
  return matchersOf(query, selector)
}

function parsed(text: string): { query: QueryText; top: SyntaxNode } {
  if (Buffer.byteLength(text) >= lengthMax)
    throw new LogqlError(text, 0, `input size too long (${Buffer.byteLength(text)} > ${lengthMax})`)
  const { text: read, places } = withoutApproximate(text)
  const query = queryText(text, places)
  const tree = parser.parse(read)
  checkTree(query, tree)
  const top = tree.topNode.getChild('Expr')
  if (top === null) throw query.error(0, 'syntax error: unexpected end of the query')
  return { query, top }
}

function checkTree(query: QueryText, tree: Tree): void {
  let depth = 0
  let wrong: { from: number; to: number } | undefined
  let isDeep = false
  tree.iterate({
    enter(node) {
      depth += 1
      if (depth > depthMax) isDeep = true
      if (node.type.isError) wrong ??= { from: node.from, to: node.to }
    },
    leave: () => void (depth -= 1),
  })
  if (wrong !== undefined) throw syntaxError(query, wrong.from)
  if (isDeep) throw query.error(0, 'the query is nested too deeply')
}

const token =
  /(?:\s|#[^\n]*)*(\d+(?:\.\d+)?[A-Za-zµ]*|[A-Za-z_:][\w:]*|"(?:[^"\\\n]|\\.)*"|`[^`]*`|[|!=<>]=|[|!][~>]|=~|--[\w-]+|[\s\S])?/y
const missingParts = new Set(['variants', 'of'])

function syntaxError(query: QueryText, from: number): LogqlError {
  token.lastIndex = from
  const match = token.exec(query.text)
  const found = match?.[1]
  if (found === undefined) return query.error(query.text.length, 'syntax error: unexpected end of the query')
  const at = from + match![0].length - found.length
  if (missingParts.has(found.toLowerCase()))
    return query.error(at, `${found}(…) is not supported`, { isUnsupported: true })
  if (found === '}' && /\{\s*$/.test(query.text.slice(0, at)))
    return query.error(at, 'a selector needs at least one matcher, as in {namespace="shop"}')
  if (found === '"' || found === '`') return query.error(at, 'literal not terminated')
  return query.error(at, `syntax error: unexpected ${found.length > 40 ? `${found.slice(0, 40)}…` : found}`)
}

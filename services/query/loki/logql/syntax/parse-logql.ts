// LogQL text to a tree, by Grafana's own grammar (@grafana/lezer-logql). What the grammar does not know, and what Loki
// refuses though the grammar does not, is an error with its position.
// Language: https://grafana.com/docs/loki/latest/query/
import type { SyntaxNode, Tree } from '@lezer/common'
import { parser } from '@grafana/lezer-logql'
import { checkStages } from '../check-stages.ts'
import { matchersOf } from './log-expr.ts'
import { LogqlError } from './logql-error.ts'
import type { LogqlExpr, Matcher } from './logql-expr.ts'
import { exprOf } from './metric-expr.ts'
import { readableText } from './same-length.ts'
import { queryText, type QueryText } from './query-text.ts'

/** Bytes, as in Loki. */
const lengthMax = 131_072
/** Nodes within each other: an operator is three. */
const depthMax = 1200
const depthOfWrongMax = 400
/** Of a query with a mistake. */
const depthBesideWrongMax = 500

/** Throws LogqlError. */
export function parseLogQL(text: string): LogqlExpr {
  const { query, top } = parsed(text)
  const expr = exprOf(query, top)
  checkStages(query, expr)
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
  const readable = readableText(text)
  const query = queryText(text, readable)
  const tree = treeOf(query, readable.text)
  const top = tree.topNode.getChild('Expr')
  if (top === null) throw query.error(0, 'syntax error: unexpected end of the query')
  return { query, top }
}

/** Blanks that are commas in one query, and the length of one where they may be: each takes a reading of its own. */
const commasMax = 20
const commasLengthMax = 10_000

function treeOf(query: QueryText, readable: string): Tree {
  let tree = parser.parse(readable)
  const { wrong, deepest, depthOfWrong } = look(tree)
  // The grammar's own reader gives up on what is deep, and finds mistakes then where none are.
  const isDeep = deepest > (wrong === undefined ? depthMax : depthBesideWrongMax)
  if (isDeep || depthOfWrong > depthOfWrongMax)
    throw query.error(wrong ?? 0, 'the query has too many parts, or is nested too deeply')
  let text = readable
  for (let left = readable.length > commasLengthMax ? 0 : commasMax, next = wrong; next !== undefined; left--) {
    const blank = left === 0 ? undefined : blankBetweenTests(tree, text, next)
    if (blank === undefined) throw syntaxError(query, wrong!)
    text = `${text.slice(0, blank)},${text.slice(blank + 1)}`
    tree = parser.parse(text)
    next = look(tree).wrong
  }
  return tree
}

/** Where the first mistake begins. */
function look(tree: Tree): { wrong: number | undefined; deepest: number; depthOfWrong: number } {
  let depth = 0
  let wrong: number | undefined
  let depthOfWrong = 0
  let deepest = 0
  tree.iterate({
    enter(node) {
      depth += 1
      if (depth > deepest) deepest = depth
      if (node.type.isError && wrong === undefined) {
        wrong = node.from
        depthOfWrong = depth
      }
    },
    leave: () => void (depth -= 1),
  })
  return { wrong, deepest, depthOfWrong }
}

/** The blank before the mistake, where a test of labels stands on its other side: it means `and`. */
function blankBetweenTests(tree: Tree, text: string, wrong: number): number | undefined {
  const found = /\S/.exec(text.slice(wrong))
  const at = found === null ? text.length : wrong + found.index
  const before = text.slice(0, at)
  const end = before.trimEnd().length
  if (end === at || !/^[A-Za-z_(]/.test(text.slice(at, at + 1))) return undefined
  for (let node: SyntaxNode | null = tree.resolveInner(end, -1); node !== null; node = node.parent)
    if (node.name === 'LabelFilter') return at - 1
  return undefined
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

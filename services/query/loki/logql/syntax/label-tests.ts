// | level="error" and duration > 1s or size >= 20KB , addr = ip("10.0.0.0/8")
// `and` binds more than `or`; behind a comma everything is one operand, as in Loki.
import type { SyntaxNode } from '@lezer/common'
import { durationNs } from '#shared/time/duration-ns.ts'
import { bytesOf, numberOf, textOf } from './literals.ts'
import type { CompareOp, LabelTest, Matcher, MatchOp } from './logql-expr.ts'
import { childrenOf, type QueryText } from './query-text.ts'

export function matcherOf(query: QueryText, node: SyntaxNode): Matcher {
  const [name, op, value] = childrenOf(node)
  return {
    name: query.of(name!),
    op: query.of(op!) as MatchOp,
    value: textOf(query, value!),
    at: node.from,
  }
}

/** A node `LabelFilter`. */
export function labelTestOf(query: QueryText, node: SyntaxNode): LabelTest {
  const items: Item[] = []
  flatten(query, node, items)
  return grouped(items)
}

/** Operands, and what stands between them. */
type Item = LabelTest | ',' | 'and' | 'or'

function flatten(query: QueryText, node: SyntaxNode, items: Item[]): void {
  const children = childrenOf(node)
  const operands = children.filter(({ name }) => name === 'LabelFilter')
  if (operands.length === 2) {
    const [left, right] = operands
    flatten(query, left!, items)
    const between = children.find(({ name }) => name === 'And' || name === 'Or')
    items.push(between === undefined ? ',' : between.name === 'And' ? 'and' : 'or')
    flatten(query, right!, items)
  } else if (operands.length === 1) items.push(labelTestOf(query, operands[0]!))
  else items.push(single(query, children[0]!))
}

function grouped(items: readonly Item[]): LabelTest {
  const comma = items.indexOf(',')
  if (comma >= 0) {
    const before = items.slice(0, comma)
    const last: LabelTest = { kind: 'and', left: before.at(-1) as LabelTest, right: grouped(items.slice(comma + 1)) }
    return grouped([...before.slice(0, -1), last])
  }
  const either = items.lastIndexOf('or')
  if (either >= 0) return { kind: 'or', left: grouped(items.slice(0, either)), right: grouped(items.slice(either + 1)) }
  const both = items.lastIndexOf('and')
  if (both >= 0) return { kind: 'and', left: grouped(items.slice(0, both)), right: grouped(items.slice(both + 1)) }
  return items[0] as LabelTest
}

function single(query: QueryText, node: SyntaxNode): LabelTest {
  switch (node.name) {
    case 'Matcher':
      return { kind: 'string', matcher: matcherOf(query, node) }
    case 'IpLabelFilter':
      return {
        kind: 'ip',
        name: query.of(query.child(node, 'Identifier')),
        isNegated: node.getChild('Neq') !== null,
        text: textOf(query, query.child(node, 'String')),
        at: node.from,
      }
    case 'UnitFilter':
      return compared(query, node.firstChild!)
    default:
      return compared(query, node)
  }
}

function compared(query: QueryText, node: SyntaxNode): LabelTest {
  const [name, op, operand] = childrenOf(node)
  const text = query.of(operand!)
  const kind = node.name === 'DurationFilter' ? 'duration' : node.name === 'BytesFilter' ? 'bytes' : 'number'
  const value = kind === 'duration' ? durationNs(text) : kind === 'bytes' ? bytesOf(text) : signedNumber(text)
  if (value === undefined) throw query.error(operand!, `syntax error: ${text} is no value to compare with`)
  const written = query.of(op!)
  return {
    kind,
    name: query.of(name!),
    op: written === '=' ? '==' : (written as CompareOp),
    value,
    text,
    at: node.from,
  }
}

/** `-1`, and with blanks behind the sign. */
export const signedNumber = (text: string): number => {
  const match = /^([+-]?)\s*(.*)$/s.exec(text)!
  const value = numberOf(match[2]!)
  return match[1] === '-' ? -value : value
}

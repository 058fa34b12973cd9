// The text of a query with the nodes that the grammar found in it.
import type { SyntaxNode } from '@lezer/common'
import type { ReadableText } from './same-length.ts'
import { LogqlError } from './logql-error.ts'

export interface QueryText {
  text: string
  of(node: SyntaxNode): string
  /** The child of this name, which the grammar promises. */
  child(node: SyntaxNode, name: string): SyntaxNode
  /** What the grammar does not read. */
  unread: Pick<ReadableText, 'approximate' | 'offsets'>
  error(at: SyntaxNode | number, detail: string, options?: { isUnsupported?: boolean }): LogqlError
}

export function queryText(text: string, unread: QueryText['unread']): QueryText {
  const error: QueryText['error'] = (at, detail, options) =>
    new LogqlError(text, typeof at === 'number' ? at : at.from, detail, options)
  return {
    text,
    of: ({ from, to }) => text.slice(from, to),
    child(node, name) {
      const child = node.getChild(name)
      if (child === null) throw error(node, `syntax error: ${name} is missing`)
      return child
    },
    unread,
    error,
  }
}

/** All children, in order. */
export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = []
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child)
  return children
}

/** The items of a list that the grammar nests to the left, such as `Matchers { Matchers "," Matcher }`. */
export function itemsOf(list: SyntaxNode, name: string): SyntaxNode[] {
  const items: SyntaxNode[] = []
  for (let at: SyntaxNode | null = list; at !== null; at = at.getChild(list.name)) {
    const item = at.lastChild
    if (item?.name === name) items.push(item)
  }
  return items.toReversed()
}

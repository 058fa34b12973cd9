// Pure: turns search text into a condition on the table `logs`, which line-filter.ts joins with tenant and time. Each
// language element has its SQL in a file of its own; this file joins the elements.
import { join, raw, sql, type Fragment } from '#shared/clickhouse/sql.ts'
import { checkCost } from './check-cost.ts'
import { parseSearch } from './syntax/parse-search.ts'
import type { SearchNode } from './syntax/search-node.ts'
import { fieldSql } from './search-field.ts'
import { literalSql, prefixSql } from './search-literal.ts'
import { alternativesSql, podTermsOf, splitAlternatives, type PodScopes, type PodTerm } from './pod-terms.ts'
import { regexSql } from './search-regex.ts'

/** `error -debug (a OR b)` as a condition. Throws `invalid-parameter` of `q`, with a position. */
export function compileSearch(text: string, pods: PodScopes = new Map()): Fragment {
  return searchSql(checkedSearch(text), pods)
}

/** The pods that a search names, whose lines `compileSearch` finds where it gets their scopes. */
export const podsInSearch = (text: string): PodTerm[] => podTermsOf(checkedSearch(text))

function checkedSearch(text: string): SearchNode {
  const node = parseSearch(text)
  checkCost(node)
  return node
}

/** A condition that is 0 or 1 for every row, never NULL: NOT must select all rows that its term does not match. */
function searchSql(node: SearchNode, pods: PodScopes): Fragment {
  const all = (terms: readonly SearchNode[]): Fragment[] => terms.map((term) => searchSql(term, pods))
  switch (node.kind) {
    case 'and':
      return node.terms.length === 0 ? raw('1') : sql`(${join(all(node.terms), ' AND ')})`
    case 'or': {
      const { labels, others } = splitAlternatives(node.terms)
      return sql`(${join([...labels.map((one) => alternativesSql(one, pods)), ...all(others)], ' OR ')})`
    }
    case 'not':
      return sql`NOT ${searchSql(node.term, pods)}`
    case 'word':
    case 'phrase':
      return literalSql(node.text)
    case 'prefix':
      return prefixSql(node.text)
    case 'regex':
      return regexSql(raw('message'), node.pattern, node.position)
    case 'field':
      return fieldSql(node, pods)
  }
}

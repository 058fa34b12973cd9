// Pure: turns search text into a condition on the table `logs`, which line-filter.ts joins with tenant and time. Each
// language element has its SQL in a file of its own; this file joins the elements.
import { join, raw, sql, type Fragment } from '#shared/clickhouse/sql.ts'
import type { IdProbe } from '#shared/lines/line-filter.ts'
import { checkCost } from './check-cost.ts'
import { parseSearch } from './syntax/parse-search.ts'
import type { SearchNode } from './syntax/search-node.ts'
import { fieldSql, groupFields } from './search-field.ts'
import { lineFieldSql } from './search-line-field.ts'
import { literalSql, prefixSql } from './search-literal.ts'
import { alternativesSql, podTermsOf, splitAlternatives, type PodScopes, type PodTerm } from './pod-terms.ts'
import { messageRegexSql } from './search-regex.ts'
import { idProbe } from './search-trace.ts'
import { idKindOf } from './trace-spellings.ts'

/** A search text that was read. It is compiled once the lines of the pods that it names are known. */
export interface SearchText {
  node: SearchNode
  /** The pods that it names, whose lines `condition` finds where it gets their scopes. */
  pods: readonly PodTerm[]
  /** Throws `invalid-parameter` of `q`, with a position. */
  condition(pods?: PodScopes): Fragment
}

/** What each line fulfils that the search finds, where all of it needs one id. */
export function probeOf(node: SearchNode): IdProbe | undefined {
  const terms: readonly SearchNode[] = node.kind === 'and' ? node.terms : [node]
  for (const term of terms) {
    if (term.kind !== 'field' || term.test.op !== 'eq') continue
    const kind = idKindOf(term.name)
    const probe = kind === undefined ? undefined : idProbe(kind, term.test.value)
    if (probe !== undefined) return probe
  }
  return undefined
}

/** `error -debug (a OR b)`. Throws `invalid-parameter` of `q`, with a position. */
export function readSearchText(text: string): SearchText {
  const node = parseSearch(text)
  checkCost(node)
  return { node, pods: podTermsOf(node), condition: (pods = new Map()) => searchSql(node, pods) }
}

/** A condition that is 0 or 1 for every row, never NULL: NOT must select all rows that its term does not match. */
function searchSql(node: SearchNode, pods: PodScopes): Fragment {
  const all = (terms: readonly SearchNode[]): Fragment[] => terms.map((term) => searchSql(term, pods))
  switch (node.kind) {
    case 'and':
      return node.terms.length === 0 ? raw('1') : sql`(${join(all(node.terms), ' AND ')})`
    case 'or':
      return sql`(${join(alternatives(node.terms, pods), ' OR ')})`
    case 'not':
      return sql`NOT ${searchSql(node.term, pods)}`
    case 'word':
    case 'phrase':
      return literalSql(node.text)
    case 'prefix':
      return prefixSql(node.text)
    case 'regex':
      return messageRegexSql(node.pattern, node.position)
    case 'field':
      return fieldSql(node, pods)
  }
}

/** Alternatives that are about one label or one field of the line are one condition: `status:(500 OR 502)`. */
function alternatives(terms: readonly SearchNode[], pods: PodScopes): Fragment[] {
  const { labels, others } = splitAlternatives(terms)
  const grouped = groupFields(others)
  return [
    ...labels.map((one) => alternativesSql(one, pods)),
    ...grouped.others.map((term) => searchSql(term, pods)),
    ...grouped.fields.map(lineFieldSql),
  ]
}

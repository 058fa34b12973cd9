// The lines of a selector as a filter: conditions on columns, and the pods of the time range for what only Kubernetes
// knows.
import { join, raw, sql, type Fragment } from '#shared/clickhouse/sql.ts'
import type { LineFilter } from '#shared/lines/line-filter.ts'
import { readPodScope } from '#shared/store-reading/pod-scope.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'
import type { Matcher } from '../syntax/logql-expr.ts'
import { matcherOrPodsSql, matcherSql, podConditions, positiveOf } from './matcher-sql.ts'

export interface SelectorOptions {
  reading: Pick<RowReading, 'rows'>
  tenant: string
  matchers: readonly Matcher[]
  /** Epoch ns, inclusive; missing is unbounded. */
  fromNs?: bigint
  /** Epoch ns, exclusive. */
  toNs?: bigint
}

/** The lines that the matchers select, as routes read them that ask for labels, series or numbers. */
export async function selectorFilter(options: SelectorOptions): Promise<LineFilter> {
  const { tenant, fromNs, toNs } = options
  const conditions = await selectorConditions(options)
  return {
    tenant,
    fields: {},
    ...(fromNs === undefined ? {} : { from: fromNs }),
    ...(toNs === undefined ? {} : { to: toNs }),
    ...(conditions.length === 0 ? {} : { scope: join(conditions, ' AND ') }),
  }
}

/** Whether pods may tell, rather than the line alone. */
export const asksPods = (matcher: Matcher): boolean => matcherSql(matcher) === undefined

async function selectorConditions(options: SelectorOptions): Promise<Fragment[]> {
  const conditions: Fragment[] = []
  for (const matcher of options.matchers) {
    const condition = matcherSql(matcher)
    conditions.push(condition ?? matcherOrPodsSql(matcher, await podsOf(options, positiveOf(matcher))))
  }
  return conditions
}

async function podsOf({ reading, tenant, fromNs, toNs }: SelectorOptions, matcher: Matcher): Promise<Fragment> {
  const scopes: Fragment[] = []
  for (const handle of podConditions(matcher))
    scopes.push((await readPodScope(reading, { tenant, handles: [handle], from: fromNs, to: toNs })).scope)
  return scopes.length === 0
    ? raw('false')
    : sql`${join(
        scopes.map((scope) => sql`(${scope})`),
        ' OR ',
      )}`
}

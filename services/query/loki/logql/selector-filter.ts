// {namespace="shop", app=~"cart.+"} as the filter that reads these lines.
import type { LineFilter } from '#shared/lines/line-filter.ts'
import type { Matcher } from './syntax/logql-expr.ts'

export interface SelectorOptions {
  tenant: string
  matchers: readonly Matcher[]
  /** Epoch ns, inclusive. */
  fromNs: bigint
  /** Epoch ns, exclusive. */
  toNs: bigint
}

export function selectorFilter({ tenant, fromNs, toNs }: SelectorOptions): LineFilter {
  return { tenant, from: fromNs, to: toNs, fields: {} }
}

// Lines of some pods: where a request for lines selects pods too, by owner, label, image, phase, outcome or node, its
// filter gets a condition for their lines, and so do terms of its search text. Whoever follows lines asks again at each
// poll, so that pods join.
import { earlierOf, laterOf } from '#shared/time/time-bounds.ts'
import { sql, strs, type Fragment } from '#shared/clickhouse/sql.ts'
import type { LineFilter } from '#shared/lines/line-filter.ts'
import { oneOf } from '#shared/stored-pods/handle-conditions.ts'
import type { PodSelection } from '#shared/stored-pods/pod-selection.ts'
import { readPodScope } from '#shared/store-reading/pod-scope.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'
import type { FilterQuery } from '#query/http/parameters.ts'
import { searchOf, type RequestedLines } from '#query/search/line-request.ts'
import { podsAsked } from '#query/search/pod-parameters.ts'

/**
 * `filter`: what readFilter made of the query. The result is within the pods that the query selects, and within the
 * times of their lines, so that hours without any are not read; with `follows` lines of later times are in it too.
 */
export async function withPods(
  reading: Pick<RowReading, 'rows'>,
  filter: RequestedLines,
  query: Partial<FilterQuery>,
  { follows = false }: { follows?: boolean } = {},
): Promise<RequestedLines> {
  const { from, to } = filter
  const within = { tenant: filter.tenant, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }
  const scopes = new Map<string, Fragment>()
  for (const { name, handle } of filter.text?.pods ?? [])
    scopes.set(name, (await readPodScope(reading, { ...within, handles: [handle] })).scope)
  const search = scopes.size === 0 ? filter.search : searchOf(filter.text, query, scopes)
  const selected = podsAsked(query, within)
  const pods = selected === undefined ? undefined : await readPodScope(reading, selected)
  return {
    ...(await withNodes(reading, filter, within)),
    ...(search === undefined ? {} : { search }),
    ...(pods === undefined ? {} : { pods: pods.scope }),
    ...(pods?.extent === undefined || follows ? {} : narrowed(filter, pods.extent)),
  }
}

/** A node is that of a line's agent, or of its pod: an agent may say none, or another, such as its own. */
async function withNodes(
  reading: Pick<RowReading, 'rows'>,
  filter: RequestedLines,
  within: Pick<PodSelection, 'tenant' | 'from' | 'to'>,
): Promise<RequestedLines> {
  const { node: nodes = [], ...fields } = filter.fields
  const named = nodes.filter((one) => one !== '')
  if (named.length === 0) return filter
  const handles = [{ kind: 'node', value: oneOf(named) } as const]
  const others = sql`node NOT IN ${strs(named)}`
  const { scope, none } = await readPodScope(reading, { ...within, handles }, { among: others })
  return none === true ? filter : { ...filter, fields, nodes: sql`node IN ${strs(nodes)} OR (${scope})` }
}

function narrowed(
  { from, to }: LineFilter,
  { first, last }: { first: bigint; last: bigint },
): Pick<LineFilter, 'from' | 'to'> {
  return {
    from: laterOf(from, first),
    to: earlierOf(to, last + 1n),
  }
}

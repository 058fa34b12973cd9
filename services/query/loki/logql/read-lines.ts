// The lines of a selector and its first filters, with the labels of their streams, part by part.
import { join, type Fragment } from '#shared/clickhouse/sql.ts'
import type { LineFilter } from '#shared/lines/line-filter.ts'
import type { Order } from '#shared/lines/line-order.ts'
import type { Line } from '#shared/lines/row-decoder.ts'
import { streamLines } from '#shared/store-reading/line-pages.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { failedQuery, linesMax } from './query-limits.ts'
import { asksPods, selectorFilter } from './selector/read-selector.ts'
import { splitFilters } from './selector/line-filter-sql.ts'
import { podFactsReader, type PodFactsReader } from './streams/read-pod-facts.ts'
import { parsedTests, type ParsedTest } from './selector/parsed-label-sql.ts'
import { labelsOfPods, type PodFacts } from './streams/pod-facts.ts'
import type { LogExpr, Matcher, Stage } from './syntax/logql-expr.ts'
import { rowLabels, type RowLabels } from './log-query.ts'

/** A selector and its pipeline over one range of time. */
export interface LineSource {
  matchers: readonly Matcher[]
  /** Its scope is the selector, its search what the message must have. */
  filter: LineFilter
  /** Stages that the filter does not have. */
  rest: Stage[]
  labels: RowLabels
  facts: PodFactsReader
}

export interface SourceOptions {
  reading: Pick<Reading, 'rows'>
  tenant: string
  log: LogExpr
  /** Epoch ns, inclusive. */
  fromNs?: bigint
  /** Epoch ns, exclusive. */
  toNs?: bigint
  /** Of the query, shared by its ranges. */
  facts?: PodFactsReader
}

export async function lineSource({ reading, tenant, log, fromNs, toNs, facts }: SourceOptions): Promise<LineSource> {
  const { matchers, stages } = log
  const filter = await selectorFilter({
    reading,
    tenant,
    matchers,
    ...(fromNs === undefined ? {} : { fromNs }),
    ...(toNs === undefined ? {} : { toNs }),
  })
  const { conditions, rest } = splitFilters(stages)
  const parsed = await testsInLine(reading, tenant, parsedTests(stages))
  return {
    matchers,
    filter: { ...filter, ...withSearch([...conditions, ...parsed]) },
    rest,
    labels: rowLabels(matchers.filter(asksPods)),
    facts: facts ?? podFactsReader(reading, tenant),
  }
}

/** Those whose label no pod has: one that a pod has stands before what is parsed. */
async function testsInLine(
  { rows }: Pick<Reading, 'rows'>,
  tenant: string,
  tests: readonly ParsedTest[],
): Promise<Fragment[]> {
  if (tests.length === 0) return []
  const names = [...new Set(tests.map(({ name }) => name))]
  const ofPods = new Set((await rows<{ name: string }>(labelsOfPods(tenant, names))).map(({ name }) => name))
  return tests.flatMap(({ name, condition }) => (ofPods.has(name) ? [] : [condition]))
}

const withSearch = (conditions: readonly Fragment[]): Pick<LineFilter, 'search'> =>
  conditions.length === 0 ? {} : { search: join(conditions, ' AND ') }

/** What was read, for the statistics of the answer and its bounds. */
export interface ReadCount {
  lines: number
  bytes: number
  /** That the answer holds of them. */
  keptBytes: number
}

/**
 * The same lines for pages. A scope is taken for the lines of one pod, of which a page is tried in one statement: of a
 * broad selector that would sort all lines of its time.
 */
export function filterOfPages({ filter, matchers }: LineSource): LineFilter {
  const { scope, ...others } = filter
  if (scope === undefined || matchers.some(({ name, op, value }) => name === 'pod' && op === '=' && value !== ''))
    return filter
  return { ...others, search: filter.search === undefined ? scope : join([scope, filter.search], ' AND ') }
}

/** Parts of lines in order, with what is known of their pods. */
export async function* readLines(
  reading: Reading,
  source: LineSource,
  order: Order,
  count: ReadCount,
): AsyncGenerator<{ lines: readonly Line[]; facts: PodFacts }> {
  for await (const lines of streamLines({ reading, filter: filterOfPages(source), order })) {
    for (const { message } of lines) count.bytes += message.length
    count.lines += lines.length
    if (count.lines > linesMax)
      throw failedQuery(
        `the query reads more than ${linesMax} lines through its pipeline: narrow its selector or its time range, ` +
          'or put a line filter such as |= "text" first',
      )
    yield { lines, facts: await source.facts.of(lines.map(({ podUid }) => podUid)) }
    lines.length = 0
    reading.letGo(count.keptBytes)
  }
}

// rate({…} | … [5m]): the samples of a range, counted by the store where no stage looks at a line, and read line by line
// otherwise.
import { inSlices } from '#shared/in-slices.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { passLine } from '../log-query.ts'
import { failedQuery, groupsMax } from '../query-limits.ts'
import { lineSource, readLines, type LineSource, type ReadCount } from '../read-lines.ts'
import { pipeline } from '../pipeline/make-stages.ts'
import { unwrapper } from '../pipeline/unwrap.ts'
import type { PodFactsReader } from '../streams/read-pod-facts.ts'
import type { Grouping, RangeExpr, Stage } from '../syntax/logql-expr.ts'
import { readsLine } from '../template/template.ts'
import { columnsOf, countLines, wholeRow, type CountRow } from './counted-columns.ts'
import { namesOfStage, parserHints } from './hints.ts'
import { createRangeSamples, type RangeSamples } from './range-series.ts'
import { groupedLabels, sampleGrouping, type SampleGrouping } from './sample-labels.ts'
import type { SeriesTable } from './series.ts'
import { bucketOf, windowsOf, type Steps, type Windows } from './windows.ts'

export interface MetricContext {
  reading: Reading
  tenant: string
  steps: Steps
  facts: PodFactsReader
  /** What templates take for now: the end of the query. */
  nowNs: bigint
  count: ReadCount
}

interface RangeRun {
  context: MetricContext
  range: RangeExpr
  windows: Windows
  grouping: SampleGrouping
  source: LineSource
  samples: RangeSamples
}

/** `outer`: of a `sum` around the range. */
export async function readRange(
  context: MetricContext,
  range: RangeExpr,
  outer: Grouping | undefined,
): Promise<SeriesTable> {
  const { reading, tenant, steps, facts } = context
  const windows = windowsOf(steps, range.rangeNs, range.offsetNs)
  const grouping = sampleGrouping(range, outer)
  const source = await lineSource({
    reading,
    tenant,
    log: range.log,
    fromNs: windows.originNs + 1n,
    toNs: windows.endNs,
    facts,
  })
  const run = { context, range, windows, grouping, source, samples: createRangeSamples(range, windows) }
  if (windows.count > 0) {
    if (range.unwrap === undefined && source.rest.every(isOfLabels)) await countInStore(run)
    else await readSamples(run)
  }
  return run.samples.evaluate()
}

/** Whether the stage looks at labels alone, so that it is the same for all lines of a group. */
function isOfLabels(stage: Stage): boolean {
  switch (stage.kind) {
    case 'label-filter':
    case 'drop':
    case 'keep':
      return true
    case 'label-format':
      return stage.formats.every(({ template }) => template === undefined || !readsLine(template))
    case 'line-filter':
    case 'json':
    case 'logfmt':
    case 'regexp':
    case 'pattern':
    case 'unpack':
    case 'line-format':
    case 'decolorize':
      return false
  }
}

async function countInStore({ context, range, windows, grouping, source, samples }: RangeRun): Promise<void> {
  const { reading, nowNs, count } = context
  const group = columnsOf(neededNames(source, grouping, range))
  const rows = await reading.rows<CountRow>(countLines(source.filter, group, windows, groupsMax + 1))
  if (rows.length > groupsMax)
    throw failedQuery(
      `the query counts more than ${groupsMax} groups of lines: narrow its selector, group by fewer labels, ` +
        'or give a step of which the range is a multiple',
    )
  const needsPods = group.columns.includes('podUid')
  const facts = await source.facts.of(needsPods ? rows.map(({ podUid }) => podUid ?? '') : [])
  const run = pipeline(source.rest, nowNs)
  const hints = parserHints(range, grouping)
  await inSlices(rows, (row) => {
    count.lines += row.lines
    count.bytes += row.bytes
    const labels = source.labels.of(wholeRow(row), facts, hints)
    if (labels === undefined || run('', labels, 0n) === undefined) return
    samples.addLines(groupedLabels(labels, grouping), Number(row.bucket), row.lines, row.bytes)
  })
}

/** Labels that the query asks for; undefined: all. */
function neededNames(
  source: LineSource,
  { grouping, noLabels }: SampleGrouping,
  range: RangeExpr,
): Set<string> | undefined {
  const isAll = !noLabels && (grouping === undefined || grouping.without)
  if (isAll) return undefined
  const names = new Set(noLabels ? [] : grouping?.labels)
  for (const stage of source.rest) for (const name of namesOfStage(stage)) names.add(name)
  // A label of the selector that pods may have is compared again.
  if (source.labels.checks) for (const { name } of range.log.matchers) names.add(name)
  return names
}

async function readSamples({ context, range, windows, grouping, source, samples }: RangeRun): Promise<void> {
  const { reading, nowNs, count } = context
  const pass = passLine(source.rest, nowNs)
  const valueOf = range.unwrap === undefined ? undefined : unwrapper(range.unwrap)
  const hints = parserHints(range, grouping)
  for await (const { lines, facts } of readLines(reading, source, 'asc', count))
    await inSlices(lines, (line) => {
      const bucket = bucketOf(windows, line.ts)
      if (bucket === undefined) return
      const labels = source.labels.of(line, facts, hints)
      const passed = labels === undefined ? undefined : pass(line, labels)
      if (passed === undefined) return
      if (valueOf === undefined) {
        samples.addLines(groupedLabels(passed.labels, grouping), bucket, 1, passed.bytes)
        return
      }
      const value = valueOf(passed.labels)
      if (value !== undefined) samples.addValue(groupedLabels(passed.labels, grouping), line.ts, value)
    })
}

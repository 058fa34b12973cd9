// rate({…} | … [5m]): the samples of a range, counted by the store where no stage looks at a line, and read line by line
// otherwise.
import { inSlices } from '#shared/in-slices.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { inTurns } from '../read-in-turns.ts'
import { passLine } from '../log-query.ts'
import { failedQuery, groupsMax, type SeriesBudget } from '../query-limits.ts'
import { lineSource, type LineSource, type ReadCount } from '../read-lines.ts'
import { pipeline } from '../pipeline/make-stages.ts'
import { unwrapper } from '../pipeline/unwrap.ts'
import type { PodFactsReader } from '../streams/read-pod-facts.ts'
import type { Grouping, RangeExpr, Stage } from '../syntax/logql-expr.ts'
import { readsLine } from '../template/template.ts'
import type { LineLabels } from '../pipeline/line-labels.ts'
import { readMessages } from './read-messages.ts'
import { emptyRow } from '../streams/stream-row.ts'
import { countLines, groupOf, groupRows, type CountRow, type GroupRow, type LineGroup } from './line-groups.ts'
import { namesOfStage, namesOfUnwrap, parserHints } from './hints.ts'
import { createRangeSamples, type RangeSamples } from './range-series.ts'
import { sampleGrouping, sampleKey, type SampleGrouping, type SampleKey } from './sample-labels.ts'
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
  /** Of the whole query. */
  budget: SeriesBudget
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
  const { reading, tenant, steps, facts, budget } = context
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
  const run = { context, range, windows, grouping, source, samples: createRangeSamples(range, windows, budget) }
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

async function countInStore(run: RangeRun): Promise<void> {
  const { context, source, windows, samples, grouping } = run
  const { reading, nowNs, count } = context
  const group = lineGroup(run)
  const counts = await reading.rows<CountRow>(countLines(source.filter, group, windows, groupsMax + 1))
  if (counts.length > groupsMax) throw tooManyGroups()
  if (counts.length === 0) return
  const pass = pipeline(source.rest, nowNs)
  const groups = new Map<string, SampleKey | undefined>()
  await inTurns(reading, [...(await readGroups(run, group))], ([id, labelsOf]) => {
    const labels = labelsOf()
    groups.set(id, pass('', labels, 0n) === undefined ? undefined : sampleKey(labels, grouping))
  })
  await inSlices(counts, ({ id, bucket, lines, bytes }) => {
    count.lines += lines
    count.bytes += bytes
    const key = groups.get(id)
    if (key !== undefined) samples.addLines(key, Number(bucket), lines, bytes)
  })
}

const tooManyGroups = (): Error =>
  failedQuery(
    `the query counts more than ${groupsMax} groups of lines: narrow its selector, group by fewer labels, ` +
      'or give a step of which the range is a multiple',
  )

/** What the labels of the query are made of. */
const lineGroup = (run: RangeRun): LineGroup =>
  groupOf(neededNames(run), run.range.op === 'bytes_rate' || run.range.op === 'bytes_over_time')

/** By the id of a group, what makes the labels of one of its lines. */
async function readGroups(run: RangeRun, { hash, needsPods }: LineGroup): Promise<Map<string, () => LineLabels>> {
  const { context, source, range, grouping } = run
  const rows: GroupRow[] =
    hash === undefined
      ? [{ ...emptyRow, id: '0' }]
      : await context.reading.rows<GroupRow>(groupRows(source.filter, hash, groupsMax + 1))
  if (rows.length > groupsMax) throw tooManyGroups()
  const facts = await source.facts.of(needsPods ? rows.map(({ podUid }) => podUid) : [])
  const hints = parserHints(range, grouping)
  const groups = new Map<string, () => LineLabels>()
  await inSlices(rows, (row) => {
    const labelsOf = source.labels.of(row, facts)
    groups.set(row.id, () => labelsOf(hints))
  })
  return groups
}

/** Labels that the query asks for; undefined: all. */
function neededNames({
  source,
  range: { unwrap },
  grouping: { grouping, noLabels },
}: RangeRun): Set<string> | undefined {
  const isAll = !noLabels && (grouping === undefined || grouping.without)
  if (isAll) return undefined
  const names = new Set(noLabels ? [] : grouping?.labels)
  for (const stage of source.rest) for (const name of namesOfStage(stage)) names.add(name)
  if (unwrap !== undefined) for (const name of namesOfUnwrap(unwrap)) names.add(name)
  return names
}

async function readSamples(run: RangeRun): Promise<void> {
  const { context, range, windows, grouping, source, samples } = run
  const { reading, nowNs, count } = context
  const group = lineGroup(run)
  const groups = await readGroups(run, group)
  if (groups.size === 0) return
  const pass = passLine(source.rest, nowNs)
  const valueOf = range.unwrap === undefined ? undefined : unwrapper(range.unwrap)
  const filter = { ...source.filter, from: windows.originNs + 1n, to: windows.endNs }
  for await (const messages of readMessages(reading, filter, group.hash, count))
    await inTurns(reading, messages, ({ ts, group: id, message }) => {
      const bucket = bucketOf(windows, ts)
      const labelsOf = bucket === undefined ? undefined : groups.get(String(id))
      if (bucket === undefined || labelsOf === undefined) return
      const passed = pass({ ts, message }, labelsOf())
      if (passed === undefined) return
      if (valueOf === undefined) {
        samples.addLines(sampleKey(passed.labels, grouping), bucket, 1, passed.bytes)
        return
      }
      const value = valueOf(passed.labels)
      if (value !== undefined) samples.addValue(sampleKey(passed.labels, grouping), ts, value)
    })
}

// Reads the streams of a selector: their labels, and what their lines are in number and size.
import { AfterlogError } from '#shared/errors.ts'
import type { LineFilter } from '#shared/lines/line-filter.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { countSlices } from './count-slices.ts'
import { keyOfLabels } from './logql/evaluate/series.ts'
import { selectorFilter } from './logql/selector/read-selector.ts'
import { podFactsReader } from './logql/streams/read-pod-facts.ts'
import { streamLabels } from './logql/streams/stream-labels.ts'
import type { Matcher } from './logql/syntax/logql-expr.ts'
import type { TimeBounds } from './request-times.ts'
import {
  countedLines,
  countedRows,
  groupingFor,
  labelsOfGroup,
  rowsByHour,
  rowWithNames,
  streamGroups,
  streamNames,
  streamRowOf,
  type CountedRow,
  type Grouping,
  type GroupRow,
  type HourRow,
  type NamesRow,
} from './stream-statements.ts'

export type LabelSet = Readonly<Record<string, string>>

/** What is known of the lines of one stream, in all of a range of time or in one stretch of it. */
export interface StreamCount {
  labels: LabelSet
  /** The number of the stretch, from 0. */
  bucket: bigint
  /** Distinct lines, and the bytes of their messages. */
  entries: number
  bytes: number
  /** Days and retention classes in which the stream has lines: the nearest to what Loki calls chunks. */
  parts: ReadonlySet<string>
}

export interface StreamsRequest {
  reading: Reading
  tenant: string
  matchers: readonly Matcher[]
  bounds: TimeBounds
  /** The labels that are wanted; all where it is missing. */
  names?: readonly string[] | undefined
}

/** Rows of one answer, of which each takes some hundred bytes. */
const groupsMax = 100_000
/** Pods whose labels are looked for where only names are wanted. */
const podsMax = 20_000

/** The names of all labels that the selector's streams have. */
export async function readLabelNames(request: StreamsRequest): Promise<string[]> {
  const { reading, tenant } = request
  const [row] = await reading.rows<NamesRow>(streamNames(await filterOf(request), podsMax))
  if (row === undefined || row.has_lines === 0) return []
  const facts = await podFactsReader(reading, tenant).of(row.uids)
  const { has_job: hasJob, has_unit: hasUnit } = row
  const own = [...streamLabels(rowWithNames(row), new Map()).keys()].filter(
    (name) => name !== 'job' || hasJob === 1 || hasUnit === 1 || row.keys.includes('job'),
  )
  return [...own, ...[...facts.values()].flatMap((labels) => [...labels.keys()])]
}

/** Each set of labels that the selector's streams have, once. */
export async function readLabelSets(request: StreamsRequest): Promise<LabelSet[]> {
  const { reading } = request
  const grouping = groupingFor(request.names)
  const rows = await reading.rows<GroupRow>(streamGroups(await filterOf(request), grouping, groupsMax + 1))
  checkCount(rows.length)
  return labelsOfRows(rows, grouping, request)
}

/**
 * Lines that were sent twice have one time, so the range is counted in slices of time, each within bounded memory.
 */
export async function readStreamCounts(request: StreamsRequest & { stepNs?: bigint }): Promise<StreamCount[]> {
  const { reading, stepNs, bounds } = request
  const grouping = groupingFor(request.names)
  const filter = await filterOf(request)
  const counts = new Map<string, StreamCount & { parts: Set<string> }>()
  for (const slice of countSlices(await reading.rows<HourRow>(rowsByHour(filter)), bounds)) {
    const rows = await readSlice(reading, { ...filter, ...slice }, { grouping, startNs: bounds.start, stepNs })
    const labels = await labelsOfRows(rows, grouping, request)
    for (const [i, { bucket, entries, bytes, parts }] of rows.entries()) {
      const key = `${bucket} ${keyOfLabels(labels[i]!)}`
      const count = counts.get(key)
      if (count === undefined)
        counts.set(key, { labels: labels[i]!, bucket: BigInt(bucket), entries, bytes, parts: new Set(parts) })
      else {
        count.entries += entries
        count.bytes += bytes
        for (const part of parts) count.parts.add(part)
      }
    }
    checkCount(counts.size)
  }
  return [...counts.values()]
}

async function readSlice(
  reading: Reading,
  filter: LineFilter,
  { grouping, ...options }: { grouping: Grouping; startNs: bigint; stepNs: bigint | undefined },
): Promise<CountedRow[]> {
  const limit = groupsMax + 1
  const rows = await reading.rows<CountedRow>(countedRows(filter, grouping, { ...options, limit }))
  checkCount(rows.length)
  if (rows.every((row) => row.rows === row.entries)) return rows
  return reading.rows<CountedRow>(countedLines(filter, grouping, { ...options, limit }))
}

async function filterOf({ reading, tenant, matchers, bounds: { start, end } }: StreamsRequest): Promise<LineFilter> {
  return selectorFilter({ reading, tenant, matchers, fromNs: start, toNs: end })
}

function checkCount(count: number): void {
  if (count > groupsMax)
    throw new AfterlogError(
      'query-limit',
      `the selector has more than ${groupsMax} streams: narrow it, or the range of time, or give a larger step`,
    )
}

async function labelsOfRows(
  rows: readonly GroupRow[],
  grouping: Grouping,
  { reading, tenant }: StreamsRequest,
): Promise<LabelSet[]> {
  if (grouping.by === 'labels') return rows.map((row) => labelsOfGroup(row, grouping.values))
  const streams = rows.map(streamRowOf)
  const facts = await podFactsReader(reading, tenant).of(streams.map(({ podUid }) => podUid))
  return streams.map((stream) => Object.fromEntries(streamLabels(stream, facts)))
}

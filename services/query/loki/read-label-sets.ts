// Reads the streams of a selector: their labels, and what their lines are in number and size.
import { AfterlogError } from '#shared/errors.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { selectorFilter } from './logql/selector/read-selector.ts'
import { podFactsReader } from './logql/streams/read-pod-facts.ts'
import { streamLabels } from './logql/streams/stream-labels.ts'
import type { Matcher } from './logql/syntax/logql-expr.ts'
import type { TimeBounds } from './request-times.ts'
import {
  countedGroups,
  groupingFor,
  labelsOfGroup,
  streamGroups,
  streamRowOf,
  type CountedRow,
  type Grouping,
  type GroupRow,
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
  chunks: number
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

/** Each set of labels that the selector's streams have, once. */
export async function readLabelSets(request: StreamsRequest): Promise<LabelSet[]> {
  const { reading } = request
  const grouping = groupingFor(request.names)
  const rows = await reading.rows<GroupRow>(streamGroups(await filterOf(request), grouping, groupsMax + 1))
  checkCount(rows.length)
  return labelsOfRows(rows, grouping, request)
}

export async function readStreamCounts(request: StreamsRequest & { stepNs?: bigint }): Promise<StreamCount[]> {
  const { reading, stepNs } = request
  const grouping = groupingFor(request.names)
  const statement = countedGroups(await filterOf(request), grouping, { stepNs, limit: groupsMax + 1 })
  const rows = await reading.rows<CountedRow>(statement)
  checkCount(rows.length)
  const labels = await labelsOfRows(rows, grouping, request)
  return rows.map(({ bucket, entries, bytes, chunks }, i) => ({
    labels: labels[i]!,
    bucket: BigInt(bucket),
    entries,
    bytes,
    chunks,
  }))
}

async function filterOf({ reading, tenant, matchers, bounds: { start, end } }: StreamsRequest) {
  return { ...(await selectorFilter({ reading, tenant, matchers, fromNs: start, toNs: end })), from: start }
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

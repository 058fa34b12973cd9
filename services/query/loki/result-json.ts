// Pure: answers to LogQL as Loki writes them. Times of lines are epoch ns as text, those of samples epoch seconds.
import type { Entry, LogqlResult, LogqlStats, Point, StreamResult } from './logql/result.ts'
import { sampleText, sampleTime } from './sample-text.ts'

/** Of the header `X-Loki-Response-Encoding-Flags`: what a label is, its stream's or its line's, is told apart. */
export const categorizeLabels = 'categorize-labels'

export interface EncodingOptions {
  categorize: boolean
}

export const resultJson = (result: LogqlResult, { categorize }: EncodingOptions) => ({
  status: 'success',
  data: {
    resultType: result.type,
    ...(categorize ? { encodingFlags: [categorizeLabels] } : {}),
    result: valueJson(result, { categorize }),
    stats: statsJson(result.stats),
  },
})

function valueJson(result: LogqlResult, options: EncodingOptions): unknown {
  switch (result.type) {
    case 'streams':
      return streamsJson(result.streams, options)
    case 'matrix':
      return result.series.map(({ labels, points }) => ({ metric: labels, values: points.map(pointJson) }))
    case 'vector':
      return result.samples.map(({ labels, point }) => ({ metric: labels, value: pointJson(point) }))
    case 'scalar':
      return pointJson(result.point)
  }
}

export const streamsJson = (streams: readonly StreamResult[], options: EncodingOptions) =>
  streams.map(({ labels, entries }) => ({ stream: labels, values: entries.map((entry) => entryJson(entry, options)) }))

function entryJson({ tsNs, line, structuredMetadata, parsed }: Entry, { categorize }: EncodingOptions) {
  const value = [String(tsNs), line] as const
  if (!categorize) return value
  return [
    ...value,
    {
      ...(isEmpty(structuredMetadata) ? {} : { structuredMetadata }),
      ...(isEmpty(parsed) ? {} : { parsed }),
    },
  ]
}

const isEmpty = (labels: object | undefined): boolean => labels === undefined || Object.keys(labels).length === 0

const pointJson = ({ tsNs, value }: Point) => [sampleTime(tsNs), sampleText(value)] as const

/** The statistics that clients show. Those of parts that Afterlog does not have are 0. */
export function statsJson({ lines, bytes, linesOut, elapsedMs }: LogqlStats) {
  const perSecond = (count: number): number => (elapsedMs > 0 ? Math.round((count * 1000) / elapsedMs) : 0)
  return {
    summary: {
      bytesProcessedPerSecond: perSecond(bytes),
      linesProcessedPerSecond: perSecond(lines),
      totalBytesProcessed: bytes,
      totalLinesProcessed: lines,
      execTime: elapsedMs / 1000,
      queueTime: 0,
      subqueries: 0,
      totalEntriesReturned: linesOut,
      splits: 0,
      shards: 0,
      totalPostFilterLines: linesOut,
      totalStructuredMetadataBytesProcessed: 0,
    },
    querier: { store: storeStats },
    ingester: {
      totalReached: 0,
      totalChunksMatched: 0,
      totalBatches: 0,
      totalLinesSent: 0,
      store: storeStats,
    },
    cache: {},
    index: {},
  }
}

const storeStats = {
  totalChunksRef: 0,
  totalChunksDownloaded: 0,
  chunksDownloadTime: 0,
  chunk: {
    headChunkBytes: 0,
    headChunkLines: 0,
    decompressedBytes: 0,
    decompressedLines: 0,
    compressedBytes: 0,
    totalDuplicates: 0,
  },
}

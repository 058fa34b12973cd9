// What a query answers. Times are epoch ns; a matrix has a point only where there is a value.

export type Labels = Readonly<Record<string, string>>

export interface Entry {
  tsNs: bigint
  line: string
  /** Only where they are kept apart from the labels of the stream. */
  structuredMetadata?: Labels
  parsed?: Labels
}

export interface StreamResult {
  labels: Labels
  /** In the direction of the query. */
  entries: Entry[]
}

export interface Point {
  tsNs: bigint
  value: number
}

export type LogqlResult =
  | { type: 'streams'; streams: StreamResult[]; stats: LogqlStats }
  | { type: 'matrix'; series: { labels: Labels; points: Point[] }[]; stats: LogqlStats }
  | { type: 'vector'; samples: { labels: Labels; point: Point }[]; stats: LogqlStats }
  | { type: 'scalar'; point: Point; stats: LogqlStats }

export interface LogqlStats {
  /** Lines that were read through the pipeline or counted in the store, and the bytes of those whose messages were read. */
  lines: number
  bytes: number
  /** Lines that are in the answer, or make its values. */
  linesOut: number
  elapsedMs: number
}

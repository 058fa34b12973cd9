// Pure: a line of an answer with the labels of its stream; without `categorize` all labels of a line are those of its
// stream.
import type { Line } from '#shared/lines/row-decoder.ts'
import { keyOfLabels } from './evaluate/series.ts'
import type { PassedLine } from './log-query.ts'
import { labelsOf } from './pipeline/line-labels.ts'
import type { Entry, Labels, StreamResult } from './result.ts'

export interface StreamEntry {
  labels: Labels
  /** Of the labels. */
  key: string
  entry: Entry
}

export function streamEntry({ ts }: Pick<Line, 'ts'>, { line, labels }: PassedLine, categorize: boolean): StreamEntry {
  const entry: Entry = { tsNs: ts, line }
  const { stream, structuredMetadata, parsed } = labels.categories()
  if (categorize) Object.assign(entry, { structuredMetadata, parsed })
  const own = categorize ? stream : labelsOf(labels.entries())
  return { labels: own, key: keyOfLabels(own), entry }
}

/**
 * In the order of the lines: a stream begins anew behind a line of another one. Clients print the lines of a tail stream
 * by stream, and nothing sorts them behind it.
 */
export function streamRuns(entries: readonly StreamEntry[]): StreamResult[] {
  const runs: StreamResult[] = []
  for (const [i, { labels, key, entry }] of entries.entries())
    if (entries[i - 1]?.key === key) runs.at(-1)!.entries.push(entry)
    else runs.push({ labels, entries: [entry] })
  return runs
}

// A query of lines for lines that somebody else reads, such as a tail as they arrive: what selects them, and what its
// pipeline makes of them.
import type { LineFilter } from '#shared/lines/line-filter.ts'
import type { Line } from '#shared/lines/row-decoder.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'
import { passLine } from './log-query.ts'
import { inTurns } from './read-in-turns.ts'
import { lineSource } from './read-lines.ts'
import { streamEntry, type StreamEntry } from './stream-entry.ts'
import type { LogExpr } from './syntax/logql-expr.ts'

export interface LogQueryOptions {
  reading: Pick<RowReading, 'rows'>
  tenant: string
  expr: LogExpr
  /** Whether labels of streams, structured metadata and parsed labels are kept apart. */
  categorize: boolean
  /** What templates take for now. */
  nowNs: bigint
  /** Of the lines, where they are known: epoch ns, exclusive at the end. Pods of other times are not looked for. */
  fromNs?: bigint
  toNs?: bigint
}

export interface LogQuery {
  /** The selector, and line filters at the begin of the pipeline. */
  filter: Pick<LineFilter, 'fields' | 'search' | 'scope'>
  /** What the pipeline lets through, in the order of the lines. */
  entries(lines: readonly Line[]): Promise<StreamEntry[]>
}

export async function openLogQuery({ expr, categorize, nowNs, ...options }: LogQueryOptions): Promise<LogQuery> {
  const source = await lineSource({ ...options, log: expr })
  const { tenant: _, from: __, to: ___, ...filter } = source.filter
  const pass = passLine(source.rest, nowNs)
  return {
    filter,
    async entries(lines) {
      const facts = await source.facts.of(lines.map(({ podUid }) => podUid))
      const entries: StreamEntry[] = []
      await inTurns(undefined, lines, (line) => {
        const passed = pass(line, source.labels.of(line, facts)())
        if (passed !== undefined) entries.push(streamEntry(line, passed, categorize))
      })
      return entries
    },
  }
}

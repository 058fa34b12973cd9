// What a statement that counts lines needs. A line is a distinct (ts, identity), so that a line sent twice counts once
// (decision 0001).
import type { SpanKey } from './line-life.ts'

/** Bounds of the lines of some pods: names, uids and times from the rows of lines_of_lives of those pods. */
export interface LineBounds {
  namespaces: readonly string[]
  pods: readonly string[]
  /** Uids that the lines were sent with; '' is among them where some lines were sent without one. */
  uids: readonly string[]
  first: string
  last: string
}

export interface CountOptions {
  /** Begins of spans in epoch ns, ascending, for lines whose life neither a restart number nor a container id names. */
  spans: ReadonlyMap<SpanKey, readonly bigint[]>
  /** Whether bytes and errors are counted too, which needs the messages to be read. */
  sizes: boolean
}

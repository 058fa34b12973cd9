// Numbers of lines of lives: of distinct (ts, identity), so that a line sent twice counts once (decision 0001).
import type { SpanKey } from './line-life.ts'

/** Bounds within which the lines of some pods lie: names and times as the lines_of_lives of those pods give them. */
export interface LineBounds {
  namespaces: readonly string[]
  pods: readonly string[]
  /** Uids that lines carry; '' is among them where some came without. */
  uids: readonly string[]
  first: string
  last: string
}

export interface CountOptions {
  /**
   * Begins of spans in epoch ns, ascending: they tell apart lines whose life neither a number nor a container id names.
   */
  spans: ReadonlyMap<SpanKey, readonly bigint[]>
  /** Bytes and errors too, which costs reading the messages. */
  sizes: boolean
}

// Pure: what a live tail has sent, as the newest entries: lines, and marks where something is missing or happened. What
// is let go is counted, so that memory stays flat however long it runs.
import type { Line } from '../api/types.ts'

export const entriesMax = 10_000

export type TailEntry =
  | { kind: 'line'; key: string; line: Line }
  /** The service left lines out: this client reads more slowly than they arrive. */
  | { kind: 'dropped'; key: string; text: string }
  /** A pod or a container died or was born. */
  | { kind: 'life'; key: string; text: string }
  /** The connection broke, and is back: nothing is missing. */
  | { kind: 'break'; key: string; text: string }

export interface TailEntries {
  entries: readonly TailEntry[]
  /** All lines that came, those that were let go too. */
  lines: number
  letGo: number
}

export const noEntries: TailEntries = { entries: [], lines: 0, letGo: 0 }

export function withEntries(before: TailEntries, added: readonly TailEntry[]): TailEntries {
  if (added.length === 0) return before
  const excess = before.entries.length + added.length - entriesMax
  const kept = excess <= 0 ? before.entries : before.entries.slice(Math.min(excess, before.entries.length))
  const isTooMany = added.length > entriesMax
  return {
    entries: [...kept, ...(isTooMany ? added.slice(-entriesMax) : added)],
    lines: before.lines + added.filter(({ kind }) => kind === 'line').length,
    letGo: before.letGo + Math.max(0, excess),
  }
}

/** `1,234 lines were left out here, …`, of the data of an event `dropped`. */
export function droppedText(data: unknown): string {
  const count = typeof data === 'object' && data !== null && 'count' in data ? data.count : undefined
  const lines = typeof count === 'number' ? `${count.toLocaleString('en')} ${count === 1 ? 'line' : 'lines'}` : 'Lines'
  return `${lines} left out here: they came faster than they were read. All are stored, and a search finds them.`
}

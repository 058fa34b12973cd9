// Pure: lines that a tail holds back for a while, so that those that arrive late come in the order of their times. Lines
// of one time keep the order in which they arrived.

interface Timed {
  tsNs: bigint
}

export interface HeldBack<T extends Timed> {
  add(lines: readonly T[], nowMs: number): void
  /** Those that have waited long enough, and all where they are too many; they are held no more. */
  due(nowMs: number): T[]
}

export function createHeldBack<T extends Timed>({
  delayMs,
  linesMax,
}: {
  delayMs: number
  linesMax: number
}): HeldBack<T> {
  let held: { line: T; atMs: number }[] = []
  return {
    add(lines, nowMs) {
      for (const line of lines) held.push({ line, atMs: nowMs })
    },
    due(nowMs) {
      const waited = held.length > linesMax ? held : held.filter(({ atMs }) => nowMs - atMs >= delayMs)
      if (waited.length === 0) return []
      // What is older than a line that is due goes before it, although it came later.
      const last = waited.reduce((latest, { line: { tsNs } }) => (tsNs > latest ? tsNs : latest), waited[0]!.line.tsNs)
      const due = held.filter(({ line }) => line.tsNs <= last).map(({ line }) => line)
      held = held.filter(({ line }) => line.tsNs > last)
      return due.toSorted((a, b) => (a.tsNs < b.tsNs ? -1 : a.tsNs > b.tsNs ? 1 : 0))
    },
  }
}

// CRI cuts a long line into fragments (P P … F). Those that came in one batch were joined at ingest; a batch boundary
// keeps others apart, and the same fragments sent in other batches stand beside both. Rows in, each line of the file
// out, once. Pure.
import type { Line } from './row-decoder.ts'
import { beginLine, forkLine, settle, takeRow, type Assembly } from './assembly.ts'

/** Rows of one stream follow each other: life and stream, and the pod as it was sent. */
export const streamKey = ({ podUid, pod, container, restart, containerId, stream }: Line): string =>
  JSON.stringify([podUid === '' ? pod : podUid, container, restart < 0 ? containerId : restart, stream])

/** A line whose end was not among the rows. */
export interface OpenLine {
  line: Line
  /** The last row of its stream. */
  last: Line
  /** Takes the rows that follow, in order; true once they have ended the line or left it. */
  extend(rows: readonly Line[]): boolean
}

export interface Joiner {
  /** Whether rows of this stream were seen. */
  knows(key: string): boolean
  /** Rows of one stream right before those to come: what goes on from them or repeats them is not shown. */
  recall(key: string, rows: readonly Line[]): void
  /**
   * Rows in ascending order, after all earlier ones. A line stands where its first row stood; later rows never change
   * it.
   */
  join(rows: readonly Line[]): { lines: Line[]; open: OpenLine[] }
}

export function createJoiner(): Joiner {
  const current = new Map<string, { assembly: Assembly | undefined; last: Line | undefined }>()
  const put = (key: string, row: Line): Assembly | undefined => {
    const before = current.get(key)?.assembly
    if (before !== undefined && takeRow(before, row)) {
      current.get(key)!.last = row
      return undefined
    }
    const assembly = beginLine(row)
    current.set(key, { assembly, last: row })
    return assembly
  }
  return {
    knows: (key) => current.has(key),
    recall(key, rows) {
      if (!current.has(key)) current.set(key, { assembly: undefined, last: undefined })
      for (const row of rows) put(key, row)
    },
    join(rows) {
      const begun: Assembly[] = []
      for (const row of rows) {
        const assembly = put(streamKey(row), row)
        if (assembly !== undefined) begun.push(assembly)
      }
      for (const assembly of begun) settle(assembly)
      const mine = new Set(begun)
      const open = [...current.values()].flatMap(({ assembly, last }) =>
        assembly?.open === true && last !== undefined && mine.has(assembly) ? openLine(assembly, last) : [],
      )
      return { lines: begun.map(({ line }) => line), open }
    },
  }
}

function openLine(assembly: Assembly, last: Line): OpenLine {
  const { line } = assembly
  // What is looked ahead comes again as rows: it must not change what those are compared with.
  const fork = forkLine(assembly)
  return {
    line,
    last,
    extend(rows) {
      const left = rows.some((row) => fork.open && !takeRow(fork, row))
      settle(fork)
      line.message = fork.line.message
      line.partial = fork.line.partial
      return left || !fork.open
    },
  }
}

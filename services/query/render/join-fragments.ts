// CRI cuts a long line into fragments (P P … F). Those that came in one batch were joined at ingest; these are the ones that a
// batch boundary kept apart: a row with `partial` is continued by the next row of its life and stream. Pure: rows in, lines out.
import type { Line } from '#query/read/row-decoder.ts'

/** Joined lines are cut here, visibly. */
export const joinedBytesMax = 1024 * 1024
export const cutMark = Buffer.from(' …[cut by afterlog]')

/** Rows of one stream follow each other: life and stream, and the pod as it was sent. */
export const streamKey = ({ podUid, pod, container, restart, containerId, stream }: Line): string =>
  JSON.stringify([podUid === '' ? pod : podUid, container, restart < 0 ? containerId : restart, stream])

export interface Joined {
  /** In order; a joined line stands where its first fragment stood. */
  lines: Line[]
  /** The line of each stream whose end was not among the rows, with its last fragment. */
  open: Map<string, OpenLine>
}

export interface OpenLine {
  line: Line
  last: Line
}

/**
 * Rows in ascending order, joined. `continued` names the streams whose row before these was a fragment: their first rows
 * here are the end of a line that began earlier, and are left out.
 */
export function joinFragments(rows: readonly Line[], continued: ReadonlySet<string>): Joined {
  const lines: Line[] = []
  const skipping = new Set(continued)
  const open = new Map<string, OpenLine>()
  const parts = new Map<string, Buffer[]>()
  for (const row of rows) {
    const key = streamKey(row)
    if (skipping.has(key)) {
      if (!row.partial) skipping.delete(key)
      continue
    }
    const begun = open.get(key)
    if (begun !== undefined) {
      parts.get(key)!.push(row.message)
      begun.last = row
      if (row.partial) continue
      begun.line.message = capped(parts.get(key)!)
      begun.line.partial = false
      open.delete(key)
      continue
    }
    if (!row.partial) {
      lines.push(row)
      continue
    }
    const line = { ...row }
    lines.push(line)
    open.set(key, { line, last: row })
    parts.set(key, [row.message])
  }
  for (const [key, { line }] of open) line.message = capped(parts.get(key)!)
  return { lines, open }
}

/** Adds further fragments to a line that is still open; `ended` where the last of them ends it. */
export function extend({ line }: OpenLine, rows: readonly Line[]): { ended: boolean } {
  const end = rows.findIndex(({ partial }) => !partial)
  const fragments = end < 0 ? rows : rows.slice(0, end + 1)
  line.message = capped([line.message, ...fragments.map(({ message }) => message)])
  if (end >= 0) line.partial = false
  return { ended: end >= 0 }
}

function capped(parts: readonly Buffer[]): Buffer {
  const size = parts.reduce((sum, { length }) => sum + length, 0)
  if (parts.length === 1 || size <= joinedBytesMax) return parts.length === 1 ? parts[0]! : Buffer.concat(parts, size)
  const kept = Buffer.concat(parts, Math.min(size, joinedBytesMax))
  // Joining on: what was cut before ends in the mark already.
  return Buffer.concat([kept.subarray(0, joinedBytesMax - cutMark.length), cutMark])
}

// Pure: cuts the time of a pod's lines into windows that hold a bounded number of lines each (decision 0015).
import type { LineWindow, StepRow } from './count-lines/lines-in-window.ts'

export interface SizedWindow extends LineWindow {
  /** About how many rows lie in the window. */
  rows: number
}

/**
 * Joins steps of a window while they have no more than `rowsMax` rows together, and cuts a step that has more evenly.
 */
export function windowsOf(
  { from, to }: LineWindow,
  stepNs: bigint,
  steps: readonly StepRow[],
  rowsMax: number,
): SizedWindow[] {
  const windows: SizedWindow[] = []
  for (const { step, rows } of steps) {
    const begin = from + BigInt(step) * stepNs
    const end = begin + stepNs < to ? begin + stepNs : to
    const last = windows.at(-1)
    if (last !== undefined && last.rows + rows <= rowsMax)
      windows.push({ ...windows.pop()!, to: end, rows: last.rows + rows })
    else windows.push(...evenly({ from: begin, to: end, rows }, Math.max(1, Math.ceil(rows / rowsMax))))
  }
  return windows
}

/** `wanted` windows of one width, or fewer, so that each is at least 1 ns wide. */
export function evenly({ from, to, rows }: SizedWindow, wanted: number): SizedWindow[] {
  const width = to - from
  const pieces = width < BigInt(wanted) ? Number(width) : wanted
  const at = (i: number): bigint => from + (width * BigInt(i)) / BigInt(pieces)
  return Array.from({ length: pieces }, (_, i) => ({ from: at(i), to: at(i + 1), rows: Math.ceil(rows / pieces) }))
}

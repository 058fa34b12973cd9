// Pure: how the lines of a pod are cut into windows of time that hold a bounded number of lines each.
import type { LineWindow, StepRow } from './count-lines/lines-in-window.ts'

export interface SizedWindow extends LineWindow {
  /** About so many rows. */
  rows: number
}

/** Steps of a window joined as long as they have no more than `rowsMax` rows; a step that has more is cut evenly. */
export function windowsOf({ from, to }: LineWindow, stepNs: bigint, steps: readonly StepRow[], rowsMax: number): SizedWindow[] {
  const windows: SizedWindow[] = []
  for (const { step, rows } of steps) {
    const begin = from + BigInt(step) * stepNs
    const end = begin + stepNs < to ? begin + stepNs : to
    const last = windows.at(-1)
    if (last !== undefined && last.rows + rows <= rowsMax) windows.push({ ...windows.pop()!, to: end, rows: last.rows + rows })
    else windows.push(...evenly({ from: begin, to: end, rows }, Math.max(1, Math.ceil(rows / rowsMax))))
  }
  return windows
}

/** As many windows of one width, at least one ns each. */
export function evenly({ from, to, rows }: SizedWindow, wanted: number): SizedWindow[] {
  const width = to - from
  const pieces = width < BigInt(wanted) ? Number(width) : wanted
  const at = (i: number): bigint => from + (width * BigInt(i)) / BigInt(pieces)
  return Array.from({ length: pieces }, (_, i) => ({ from: at(i), to: at(i + 1), rows: Math.ceil(rows / pieces) }))
}

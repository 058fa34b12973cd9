// Pure: finds the last line of a file in its last bytes. The line is sent again to say that the file ends with it. One
// that came in fragments is sent with all of them, so that the service joins the same line again.
import { fragmentOf } from '../../import/lines/container-line.ts'

export interface RawLine {
  /** Places in the bytes: the newline is not in [start, end), and counts in `length`. */
  start: number
  end: number
  length: number
}

/** Returns nothing where no line begins in `bytes` for certain. `isWhole`: they begin where a line begins. */
export function lastLine(bytes: Buffer, isWhole: boolean): RawLine[] {
  const lines = linesOf(bytes, isWhole)
  const last = lines.at(-1)
  if (last === undefined) return []
  const stream = fragmentOf(bytes, last.start, last.end)?.stream
  const parts = [last]
  for (const line of lines.slice(0, -1).toReversed()) {
    const fragment = fragmentOf(bytes, line.start, line.end)
    if (fragment?.stream !== stream) continue
    if (fragment?.more !== true) break
    parts.unshift(line)
  }
  return parts
}

function linesOf(bytes: Buffer, isWhole: boolean): RawLine[] {
  const lines: RawLine[] = []
  for (let start = isWhole ? 0 : bytes.indexOf(0x0a) + 1; start < bytes.length;) {
    if (!isWhole && start === 0) break
    const newline = bytes.indexOf(0x0a, start)
    const end = newline === -1 ? bytes.length : newline
    const next = newline === -1 ? end : newline + 1
    lines.push({ start, end, length: next - start })
    start = next
  }
  return lines
}

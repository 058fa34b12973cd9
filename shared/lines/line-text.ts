// Lines as text/plain: each message as stored, and a newline. Before it may stand the time, and the pod and the
// container, which are padded so that messages begin in one column:
//   2026-11-23T10:00:00.000000000Z cart-7d9f-a app   payment declined
//   2026-11-23T10:00:00.200000000Z cart-7d9f-a proxy POST /pay 502
import { formatTime } from '#shared/time/format-time.ts'
import type { Line } from './row-decoder.ts'

export interface TextOptions {
  /** The pod and the container of each line; of a system line the node and the unit. */
  names: boolean
  times: boolean
}

const newline = Buffer.from('\n')
/** Longer names do not widen the column for all that follow. */
const widthMax = 80

/** Writes the text of one answer, part by part. The columns get wider as longer names come, and never narrower. */
export function createLineText({ names, times }: TextOptions): (lines: readonly Line[]) => Buffer {
  if (!names && !times) return (lines) => Buffer.concat(lines.flatMap(({ message }) => [message, newline]))
  const widths = [0, 0]
  const columnsOf = ({ pod, container, node, unit }: Line): string[] => [pod === '' ? node : pod, container || unit]
  const prefixOf = (line: Line): string => {
    const padded = names ? columnsOf(line).map((name, i) => (name || '-').padEnd(widths[i]!)) : []
    return [...(times ? [formatTime(line.ts)] : []), ...padded, ''].join(' ')
  }
  return (lines) => {
    for (const line of names ? lines : [])
      columnsOf(line).forEach((name, i) => (widths[i] = Math.max(widths[i]!, Math.min(name.length, widthMax))))
    return Buffer.concat(lines.flatMap((line) => [Buffer.from(prefixOf(line)), line.message, newline]))
  }
}

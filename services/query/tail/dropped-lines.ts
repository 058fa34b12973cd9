// Pure: how a tail tells of lines that its client did not take in time.
import { formatTime } from '#shared/time/format-time.ts'
import type { Dropped } from './line-buffer.ts'

/** `count` lines, the first and the last of which have these times. */
export const droppedJson = ({ count, from, to }: Dropped): { count: number; from: string; to: string } => ({
  count,
  from: formatTime(from),
  to: formatTime(to),
})

// The lines of a container's log, and then, where it is followed, what arrives until its life is over: what the kubelet does with a file.
import { compare } from '#shared/compare.ts'
import type { LineFilter } from '#shared/lines/line-filter.ts'
import type { LineKey } from '#shared/lines/line-order.ts'
import { createShownLines, follow } from '#query/tail/follow-lines.ts'
import { streamPodLines, type PodLinesOptions } from '#shared/store-reading/pod-lines.ts'
import { keyOf, type Line } from '#shared/lines/row-decoder.ts'

export interface LogOptions extends Omit<PodLinesOptions, 'order' | 'after' | 'filter'> {
  filter: LineFilter
  /** The last n lines alone, whatever their time. */
  tailLines: number | undefined
}

/** Lines in order, some thousand at a time. */
export async function* logLines({ tailLines, ...options }: LogOptions): AsyncGenerator<Line[]> {
  if (tailLines === undefined) yield* streamPodLines({ ...options, order: 'asc' })
  else yield* lastLines(options, tailLines)
}

/** Bytes of messages up to which the last lines are held; more of them are read twice. */
const heldBytesMax = 8 * 1024 * 1024

async function* lastLines(options: Omit<LogOptions, 'tailLines'>, count: number): AsyncGenerator<Line[]> {
  if (count === 0) return
  let held: Line[][] = []
  let bytes = 0
  let seen = 0
  let before: LineKey | undefined
  for await (const part of streamPodLines({ ...options, order: 'desc' })) {
    const mine = part.slice(0, count - seen)
    seen += mine.length
    for (const { message } of mine) bytes += message.length
    if (bytes <= heldBytesMax) held.push(mine)
    else held = []
    if (mine.length < part.length) {
      before = keyOf(part[mine.length]!)
      break
    }
  }
  if (bytes <= heldBytesMax) for (const part of held.toReversed()) yield part.toReversed()
  else yield* streamPodLines({ ...options, order: 'asc', ...(before === undefined ? {} : { after: before }) })
}

export interface FollowedLogOptions extends LogOptions {
  /** Epoch ms. */
  nowMs: number
  pollIntervalMs: number
  /** When the life ended, epoch ms, 0 where nobody told; undefined while it may say more. */
  endedAt: () => Promise<number | undefined>
  signal: AbortSignal
}

/** An insert may become visible after a later one began: what arrived this long before is looked for again. */
const lateMs = 10_000
/** From the end of a life until its last lines are here: agents send in batches. */
const stragglersMs = 60_000
/** Looks that find nothing after the life is over, until its log is. */
const quietLooks = 10
/** Looks between two questions whether the life is over. */
const looksAtOnce = 4

export async function* followedLines(options: FollowedLogOptions): AsyncGenerator<Line[]> {
  const { reading, filter, nowMs, pollIntervalMs, endedAt, signal, tailLines } = options
  const shown = createShownLines()
  const since = nowMs - lateMs
  let first: bigint | undefined
  let ended = await endedAt()
  for await (const lines of logLines(options)) {
    for (const line of lines) if (line.received >= since) shown.add(line)
    first ??= lines[0]?.ts
    yield lines
  }
  if (ended !== undefined && ended < nowMs - stragglersMs) return
  // Lines that were there already and are not among the last n stay out.
  const isNew = ({ received, ts }: Line): boolean =>
    received >= nowMs || tailLines === undefined || (first !== undefined && ts >= first)
  const { from: _, to: __, ...unbounded } = filter
  let quiet = 0
  let looks = 0
  for await (const arrived of follow({
    reading,
    filter: () => Promise.resolve(unbounded),
    since,
    shown,
    pollIntervalMs,
    signal,
  })) {
    const lines = arrived
      .map(({ line }) => line)
      .filter(isNew)
      .toSorted(inFileOrder)
    if (lines.length > 0) yield lines
    quiet = lines.length > 0 || ended === undefined ? 0 : quiet + 1
    if (ended === undefined && ++looks % looksAtOnce === 0) ended = await endedAt()
    if (quiet >= quietLooks) return
  }
}

const inFileOrder = (a: Line, b: Line): number =>
  compare(a.ts, b.ts) || compare(a.file, b.file) || compare(a.position, b.position) || compare(a.identity, b.identity)

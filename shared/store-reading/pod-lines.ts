// Lines of one pod, fragments joined, uid and restart filled in. Every stretch of rows is joined by itself: what its
// first rows continue and how its last rows go on is looked up, so pages and streams neither cut, lose nor repeat a
// joined line, and nothing but one stretch is held.
import { inSlices } from '#shared/in-slices.ts'
import { createJoiner, streamKey, type LookUps, type OpenLine } from '#shared/lines/join-fragments.ts'
import { readPage, streamLines, type Page, type StreamOptions } from './line-pages.ts'
import { createLookUps } from './other-streams.ts'
import { attribute, type PodIdentity } from '#shared/stored-pods/pod-identity.ts'
import { neighbours, type StreamRows } from './stream-rows.ts'
import { keyOf, type Line } from '#shared/lines/row-decoder.ts'

export interface PodLinesOptions extends StreamOptions {
  /** The filter's scope is within the pod's. */
  pod: PodIdentity
}

/** Lines in order, some thousand at a time. */
export async function* streamPodLines(options: PodLinesOptions): AsyncGenerator<Line[]> {
  const { pod } = options
  const parts = mustJoin(options) ? streamJoined(options) : streamLines(options)
  for await (const part of parts) {
    const lines = part.map((line) => attribute(line, pod))
    part.length = 0
    yield lines
  }
}

export async function readPodPage({ limit, ...options }: PodLinesOptions & { limit: number }): Promise<Page> {
  const { pod } = options
  if (!mustJoin(options)) {
    const { lines, more } = await readPage({ ...options, limit })
    return { lines: lines.map((line) => attribute(line, pod)), more }
  }
  const lines: Line[] = []
  if (limit === 0) return { lines, more: false }
  for await (const part of streamJoined(options)) {
    for (const line of part) lines.push(attribute(line, pod))
    if (lines.length > limit) return { lines: lines.slice(0, limit), more: true }
  }
  return { lines, more: false }
}

/** Joining costs look-ups; nearly no pod has a fragment. What a search or a severity picks stands as it was stored. */
function mustJoin({ filter, pod }: PodLinesOptions): boolean {
  return pod.fragments && filter.search === undefined && filter.fields.severity === undefined
}

async function* streamJoined(options: PodLinesOptions): AsyncGenerator<Line[]> {
  const { reading, filter, order, pod } = options
  const extent = pod.extent === undefined ? {} : { from: pod.extent.first, to: pod.extent.last + 1n }
  const streams = { reading, filter: { tenant: filter.tenant, ...extent, scope: pod.scope } }
  const hasEveryStream = filter.fields.stream === undefined
  let ofStretch: LookUps
  const lookUps: LookUps = {
    atHand: (after, row) => ofStretch.atHand(after, row),
    inStore: (after, row) => ofStretch.inStore(after, row),
  }
  let joiner = createJoiner(lookUps)
  for await (const rows of streamLines(options)) {
    if (order === 'desc') {
      rows.reverse()
      joiner = createJoiner(lookUps)
    }
    ofStretch = createLookUps(streams, rows, hasEveryStream)
    const unknown = new Map<string, Line>()
    await inSlices(rows, (row) => {
      const key = streamKey(row)
      if (!joiner.knows(key) && !unknown.has(key)) unknown.set(key, row)
    })
    for (const [key, row] of unknown) await joiner.recall(key, await rowsBefore(streams, row))
    const { lines, open } = await joiner.join(rows)
    for (const line of open) await finish(streams, line)
    if (order === 'desc') lines.reverse()
    rows.length = 0
    if (lines.length > 0) yield lines
  }
}

/** Rows that are looked up at once behind a line: the first fragments fill a joined line at most kubelets. */
const rowsAhead = { first: 64, most: 4096 }

/** Looks up how a line goes on behind the rows at hand; it stays partial where its end never came. */
async function finish(streams: StreamRows, open: OpenLine): Promise<void> {
  let last = open.last
  for (let limit = rowsAhead.first; ; limit = Math.min(4 * limit, rowsAhead.most)) {
    const rows = await neighbours(streams, last, keyOf(last), 'asc', limit)
    if (rows.length === 0 || (await open.extend(rows))) return
    last = rows.at(-1)!
  }
}

const rowsBack = { first: 16, most: 1024 }

/**
 * Rows of the stream before `row`, ascending, from the begin of some line on: at least those of the line that `row` may
 * belong to. Behind a row that ends a line rows may still repeat its end, so the one that is chosen lies well back.
 */
async function rowsBefore(streams: StreamRows, row: Line): Promise<Line[]> {
  for (let limit = rowsBack.first; ; limit *= 4) {
    const rows = (await neighbours(streams, row, keyOf(row), 'desc', limit)).toReversed()
    if (rows.length < limit || limit >= rowsBack.most) return rows
    const end = rows.slice(0, limit / 2).findIndex(({ partial }) => !partial)
    if (end >= 0) return rows.slice(end + 1)
  }
}

// The changes since a position. The store dates an insert when it starts and shows it when it ends, so the feed reads
// an overlap again, and leaves out the changes that it has handed over before (decision 0016).
import { milliseconds, sql, statement, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromEveryTenant } from '#shared/clickhouse/tenant-scope.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'
import { inSlices } from '#shared/in-slices.ts'

/** A fact about a pod, a state of a node, a line of the kernel about an OOM kill, or dead letters of lines of a pod. */
export interface FactChange {
  /** Epoch ms of the store's clock. */
  at: number
  tenant: string
  source: 'fact' | 'node' | 'kernel' | 'letters'
  /** As in pod_change_feed; of letters as in refused_lines. */
  uid: string
  cluster: string
  node: string
  detail: string
}

/** Lines of one pod that one insert stored, under the uid that they were sent with. */
export interface LinesChange {
  /** Epoch ms of the store's clock. */
  at: number
  tenant: string
  uid: string
  /** Hashes of the lives to which the lines belong. */
  lives: string[]
  /** Of the insert. */
  detail: string
}

/** Changes of one kind, oldest first, at most `changesMax` at once. */
export interface ChangeStream<Change> {
  /** Hands changes over that it has not handed over before; where `use` rejects, they come again. */
  take(use: (changes: readonly Change[]) => Promise<void>): Promise<void>
  /** Epoch ms of the newest change that was handed over. */
  readonly position: number
  /** Whether the store has changes that were not handed over yet. */
  readonly isBehind: boolean
}

export interface ChangeFeed {
  facts: ChangeStream<FactChange>
  lines: ChangeStream<LinesChange>
}

/** `overlapMs`: an insert is nearly always visible within the short time, and always within the long one. */
interface StreamOptions<Change> {
  storeClock: StoreClock
  keyOf(change: Change): string
  /** Changes from `ms` on, oldest first. */
  since(ms: number, limit: number): Fragment
  changesMax: number
  overlapMs: { short: number; long: number }
}

/** ms between two readings of the long overlap. */
const longEveryMs = 10_000

/** Epoch ms by the store's clock. */
type StoreClock = () => Promise<number>

/** `position`: epoch ms up to which an earlier process has projected. */
export function createChangeFeed(reading: RowReading, position: number, storeClock: StoreClock): ChangeFeed {
  return {
    facts: createStream(reading, position, {
      storeClock,
      keyOf: ({ at, tenant, source, uid, cluster, node, detail }) =>
        [at, source, tenant, uid, cluster, node, detail].join('\u0000'),
      since: factsSince,
      changesMax: 20_000,
      overlapMs: { short: 5_000, long: 120_000 },
    }),
    // Its long overlap has a row for each pod with lines of each insert.
    lines: createStream(reading, position, {
      storeClock,
      keyOf: ({ at, tenant, uid, detail }) => [at, tenant, uid, detail].join('\u0000'),
      since: linesSince,
      changesMax: 100_000,
      overlapMs: { short: 5_000, long: 30_000 },
    }),
  }
}

function createStream<Change extends { at: number }>(
  reading: RowReading,
  start: number,
  { storeClock, keyOf, since, changesMax, overlapMs }: StreamOptions<Change>,
): ChangeStream<Change> {
  let position = start
  let longReadAt = -Infinity
  let isBehind = false
  const returned = new Map<string, number>()
  return {
    async take(use) {
      const isLong = performance.now() - longReadAt > longEveryMs
      // Changes under a clock that was ahead must not hide those that come once it is right again.
      if (isLong) position = Math.min(position, await storeClock())
      const from = position - (isLong ? overlapMs.long : overlapMs.short)
      const limit = changesMax + returned.size
      const rows = await reading.rows<Change>(since(Math.max(from, 0), limit))
      const changes: Change[] = []
      await inSlices(rows, (change) => {
        if (changes.length < changesMax && !returned.has(keyOf(change))) changes.push(change)
      })
      await use(changes)
      isBehind = changes.length === changesMax
      await inSlices(changes, (change) => {
        returned.set(keyOf(change), change.at)
        position = Math.max(position, change.at)
      })
      if (!isLong) return
      if (rows.length < limit) longReadAt = performance.now()
      await inSlices([...returned], ([key, at]) => {
        if (at < position - overlapMs.long) returned.delete(key)
      })
    },
    get position() {
      return position
    },
    get isBehind() {
      return isBehind
    },
  }
}

const factsSince = (ms: number, limit: number): Fragment =>
  statement(
    'changed-facts',
    sql`SELECT toFloat64(toUnixTimestamp64Milli(at)) AS at, tenant, source, uid, cluster, node, detail
  ${fromEveryTenant('pod_change_feed')} AND source IN ('fact', 'node', 'kernel', 'letters')
  AND pod_change_feed.at >= ${milliseconds(ms)} ORDER BY pod_change_feed.at LIMIT ${uint(limit)}`,
  )

const linesSince = (ms: number, limit: number): Fragment =>
  statement(
    'changed-lines',
    sql`SELECT toFloat64(toUnixTimestamp64Milli(pod_change_feed.at)) AS at, tenant, uid,
    arrayMap(life -> toString(life), groupUniqArray(life)) AS lives, detail
  ${fromEveryTenant('pod_change_feed')} AND source = 'lines' AND pod_change_feed.at >= ${milliseconds(ms)}
  GROUP BY pod_change_feed.at, tenant, uid, detail ORDER BY pod_change_feed.at LIMIT ${uint(limit)}`,
  )

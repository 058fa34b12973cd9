// The changes since a position. The store dates an insert when it starts and shows it when it ends, so the feed reads
// an overlap again, and leaves out the changes that it has returned before (decision 0016).
import { milliseconds, sql, statement, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromEveryTenant } from '#shared/clickhouse/tenant-scope.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'

/** A fact about a pod, a state of a node, or a line of the kernel about an OOM kill. */
export interface FactChange {
  /** Epoch ms of the store's clock. */
  at: number
  tenant: string
  source: 'fact' | 'node' | 'kernel'
  /** As in pod_change_feed. */
  uid: string
  cluster: string
  node: string
  detail: string
}

/** Lines of one pod, under the uid that they were sent with. */
export interface LinesChange {
  tenant: string
  uid: string
  /** Hashes of the lives to which the lines belong. */
  lives: string[]
  /** Epoch ms of the store's clock: the newest of the lines. */
  at: number
}

export interface ChangeFeed {
  /** Facts that it has not returned before, oldest first, at most `factsMax`. */
  facts(): Promise<FactChange[]>
  /** Pods with lines that it has not returned before, at most `linesMax`. */
  lines(): Promise<LinesChange[]>
  /** Epoch ms of the newest fact that was returned. */
  readonly position: number
  /** Whether the store has facts that were not returned yet. */
  readonly isBehind: boolean
}

const factsMax = 20_000
const linesMax = 100_000
/** An insert is nearly always visible within the short time, and always within the long one. */
const overlapMs = { short: 5_000, long: 120_000, lines: 30_000 }
/** ms between two readings of the long overlap. */
const longEveryMs = 10_000

/** `position`: epoch ms up to which an earlier process has projected. */
export function createChangeFeed(reading: RowReading, position: number): ChangeFeed {
  let factsAt = position
  let linesAt = Math.max(position - overlapMs.long, 0)
  let longReadAt = -Infinity
  let isBehind = false
  let returnedFacts = new Map<string, number>()
  let returnedLines = new Map<string, number>()
  return {
    async facts() {
      const isLong = performance.now() - longReadAt > longEveryMs
      const from = factsAt - (isLong ? overlapMs.long : overlapMs.short)
      const rows = await reading.rows<FactChange>(factsSince(Math.max(from, 0), factsMax + returnedFacts.size))
      if (isLong && rows.length < factsMax) longReadAt = performance.now()
      const unreturned = rows.filter((change) => !returnedFacts.has(factKey(change)))
      const changes = unreturned.slice(0, factsMax)
      isBehind = unreturned.length >= factsMax
      for (const change of changes) {
        returnedFacts.set(factKey(change), change.at)
        factsAt = Math.max(factsAt, change.at)
      }
      if (isLong) returnedFacts = new Map([...returnedFacts].filter(([, at]) => at >= factsAt - overlapMs.long))
      return changes
    },
    async lines() {
      const rows = await reading.rows<LinesChange>(linesSince(linesAt))
      const changes = rows.filter(({ tenant, uid, at }) => (returnedLines.get(`${tenant} ${uid}`) ?? -1) < at)
      for (const { tenant, uid, at } of changes) returnedLines.set(`${tenant} ${uid}`, at)
      const newest = changes.reduce((most, { at }) => Math.max(most, at), 0)
      linesAt = Math.max(linesAt, newest - overlapMs.lines)
      returnedLines = new Map([...returnedLines].filter(([, at]) => at >= linesAt))
      return changes
    },
    get position() {
      return factsAt
    },
    get isBehind() {
      return isBehind
    },
  }
}

const factKey = ({ at, tenant, source, uid, cluster, node, detail }: FactChange): string =>
  [at, source, tenant, uid, cluster, node, detail].join('\u0000')

const factsSince = (ms: number, limit: number): Fragment =>
  statement(
    'changed-facts',
    sql`SELECT toFloat64(toUnixTimestamp64Milli(at)) AS at, tenant, source, uid, cluster, node, detail
  ${fromEveryTenant('pod_change_feed')} AND source IN ('fact', 'node', 'kernel')
  AND pod_change_feed.at >= ${milliseconds(ms)} ORDER BY pod_change_feed.at LIMIT ${uint(limit)}`,
  )

const linesSince = (ms: number): Fragment =>
  statement(
    'changed-lines',
    sql`SELECT tenant, uid, arrayMap(life -> toString(life), groupUniqArray(life)) AS lives,
    toFloat64(toUnixTimestamp64Milli(max(pod_change_feed.at))) AS at
  ${fromEveryTenant('pod_change_feed')} AND source = 'lines' AND pod_change_feed.at >= ${milliseconds(ms)}
  GROUP BY tenant, uid ORDER BY max(pod_change_feed.at) LIMIT ${uint(linesMax)}`,
  )

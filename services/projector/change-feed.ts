// What changed since a position. An insert is dated when it begins and seen when it ends, so what was read is read again for a while, and what was
// taken already is left out.
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

/** Lines of one pod, as they name it. */
export interface LinesChange {
  tenant: string
  uid: string
  /** Hashes of the lives that the lines are of. */
  lives: string[]
  /** Of the newest of them. */
  at: number
}

export interface ChangeFeed {
  /** Facts that were not taken yet, oldest first. Fewer than `factsMax` are all there are. */
  facts(): Promise<FactChange[]>
  /** Pods with lines that were not taken yet. */
  lines(): Promise<LinesChange[]>
  /** Epoch ms of the newest change that was taken. */
  readonly position: number
  /** More facts than were taken are stored. */
  readonly isBehind: boolean
}

const factsMax = 20_000
const linesMax = 100_000
/** An insert is nearly always seen within the short time, and always within the long one. */
const overlapMs = { short: 5_000, long: 120_000, lines: 30_000 }
/** The long overlap is read as often. */
const longEveryMs = 10_000

/** `position`: epoch ms at which an earlier process ended. */
export function createChangeFeed(reading: RowReading, position: number): ChangeFeed {
  let factsAt = position
  let linesAt = Math.max(position - overlapMs.long, 0)
  let longReadAt = -Infinity
  let isBehind = false
  let taken = new Map<string, number>()
  let linesTaken = new Map<string, number>()
  return {
    async facts() {
      const isLong = performance.now() - longReadAt > longEveryMs
      const from = factsAt - (isLong ? overlapMs.long : overlapMs.short)
      const rows = await reading.rows<FactChange>(factsSince(Math.max(from, 0), factsMax + taken.size))
      if (isLong && rows.length < factsMax) longReadAt = performance.now()
      const news = rows.filter((change) => !taken.has(factKey(change)))
      const fresh = news.slice(0, factsMax)
      isBehind = news.length >= factsMax
      for (const change of fresh) {
        taken.set(factKey(change), change.at)
        factsAt = Math.max(factsAt, change.at)
      }
      if (isLong) taken = new Map([...taken].filter(([, at]) => at >= factsAt - overlapMs.long))
      return fresh
    },
    async lines() {
      const rows = await reading.rows<LinesChange>(linesSince(linesAt))
      const fresh = rows.filter(({ tenant, uid, at }) => (linesTaken.get(`${tenant} ${uid}`) ?? -1) < at)
      for (const { tenant, uid, at } of fresh) linesTaken.set(`${tenant} ${uid}`, at)
      const newest = fresh.reduce((most, { at }) => Math.max(most, at), 0)
      linesAt = Math.max(linesAt, newest - overlapMs.lines)
      linesTaken = new Map([...linesTaken].filter(([, at]) => at >= linesAt))
      return fresh
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
    sql`SELECT toFloat64(toUnixTimestamp64Milli(at)) AS at, tenant, source, uid, cluster, node, detail ${fromEveryTenant('pod_change_feed')}
  AND source IN ('fact', 'node', 'kernel') AND pod_change_feed.at >= ${milliseconds(ms)} ORDER BY pod_change_feed.at LIMIT ${uint(limit)}`,
  )

const linesSince = (ms: number): Fragment =>
  statement(
    'changed-lines',
    sql`SELECT tenant, uid, arrayMap(life -> toString(life), groupUniqArray(life)) AS lives, toFloat64(toUnixTimestamp64Milli(max(pod_change_feed.at))) AS at ${fromEveryTenant('pod_change_feed')}
  AND source = 'lines' AND pod_change_feed.at >= ${milliseconds(ms)} GROUP BY tenant, uid ORDER BY max(pod_change_feed.at) LIMIT ${uint(linesMax)}`,
  )

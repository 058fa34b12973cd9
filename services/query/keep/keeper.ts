// Finds pods of which something was told since the last look, and has their obituaries written. How far it has come is in the store: it
// goes on where it was after a restart or a long absence, and processes that do it at once share what is done.
import { milliseconds, raw, sql, str, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import type { Reading } from '#query/read/reading.ts'
import { apiUids } from './api-uids.ts'
import { inHalves } from './in-halves.ts'
import { readNow, settlesMs, type Obituaries } from './obituaries.ts'

export interface KeeperOptions {
  store: LogStore
  reading: Reading
  obituaries: Obituaries
  settleMs?: number
  /** Told of each pod whose obituary could not be written: it is tried again when something more is told of it. */
  onFailure?: (tenant: string, uid: string, error: Error) => void
}

export interface Keeper {
  /** Looks once at all that was told by now; resolves to how many obituaries were written. */
  look(signal?: AbortSignal): Promise<number>
}

interface Change {
  tenant: string
  uid: string
  /** When something was told of it last, epoch ms by the store's clock. */
  at: number
}

interface GoneNode {
  tenant: string
  cluster: string
  node: string
  since: string
}

interface Looked {
  at: number
  /** Whether it was looked at so late that nothing can have been on its way any more. */
  settled: boolean
}

const changesAtOnce = 50_000
const podsAtOnce = 400
/** An insert is marked when it begins and seen when it ends: marks of this long ago are looked for again, in ms. */
const overlapMs = 120_000

export function createKeeper({ store, reading, obituaries, settleMs = settlesMs, onFailure }: KeeperOptions): Keeper {
  /** What was looked at already, of the overlap. */
  let seen = new Map<string, Looked>()
  const seenNodes = new Set<string>()

  async function look(signal?: AbortSignal): Promise<number> {
    const now = await readNow(reading)
    const upto = await progress()
    const isSettled = ({ at }: Change): boolean => now - at >= settleMs
    const isNew = (change: Change): boolean => {
      const last = seen.get(keyOf(change))
      return last === undefined || last.at !== change.at || (!last.settled && isSettled(change))
    }
    let written = 0
    let looking = false
    let after: Change = { tenant: '', uid: '', at: upto - overlapMs }
    const looked = new Map<string, Looked>()
    for (let more = true; more;) {
      const page = changesAfter(after)
      const changes = await reading.rows<Change>(page)
      more = changes.length === changesAtOnce
      after = changes.at(-1) ?? after
      const unseen = await newestFirst(changes.filter(isNew), page)
      written += await keep(unseen, signal)
      for (const change of changes)
        looked.set(keyOf(change), {
          at: change.at,
          settled: isNew(change) ? isSettled(change) : seen.get(keyOf(change))!.settled,
        })
      looking ||= unseen.length > 0
      if (more && unseen.length > 0) await store.command({ sql: advance(after.at - 1) })
    }
    if (looking) await store.command({ sql: advance(now) })
    seen = looked
    return written + (await lookAtNodes(signal))
  }

  /** Pods of nodes that are gone, of which nothing more may ever be told. */
  async function lookAtNodes(signal?: AbortSignal): Promise<number> {
    const gone = (await reading.rows<GoneNode>(goneNodes)).filter((node) => !seenNodes.has(JSON.stringify(node)))
    let written = 0
    for (const node of gone) {
      const uids = await reading.rows<{ uid: string }>(podsOfNode(node))
      written += await keep(
        uids.map(({ uid }) => ({ tenant: node.tenant, uid })),
        signal,
      )
      seenNodes.add(JSON.stringify(node))
    }
    return written
  }

  async function keep(pods: readonly Pick<Change, 'tenant' | 'uid'>[], signal?: AbortSignal): Promise<number> {
    let written = 0
    for (const [tenant, of] of Map.groupBy(pods, (pod) => pod.tenant)) {
      for (let from = 0; from < of.length; from += podsAtOnce) {
        const uids = of.slice(from, from + podsAtOnce).map(({ uid }) => uid)
        const run = async (some: readonly string[]): Promise<void> => {
          written += await obituaries.write(tenant, await obituaries.read(tenant, some, 'changed'))
        }
        const failures = await inHalves(await apiUids(reading, tenant, uids), run, signal)
        for (const { item, error } of failures) onFailure?.(tenant, item, error)
      }
    }
    return written
  }

  /** Last seen first, where they are many: they are looked at first, and lines of one time lie close together. */
  async function newestFirst(changes: readonly Change[], page: Fragment): Promise<readonly Change[]> {
    if (changes.length <= podsAtOnce) return changes
    const lastOf = new Map((await reading.rows<Change>(lastSeen(page))).map((change) => [keyOf(change), change.at]))
    return changes.toSorted((a, b) => (lastOf.get(keyOf(b)) ?? 0) - (lastOf.get(keyOf(a)) ?? 0))
  }

  /** Epoch ms. The first look of all is at every pod that was told of before there were marks. */
  async function progress(): Promise<number> {
    const [row] = await reading.rows<{ upto: string | null }>(known)
    if (row !== undefined && row.upto !== null) return Number(row.upto)
    await store.command({ sql: markAll })
    await store.command({ sql: advance(0) })
    return 0
  }

  return { look }
}

const keyOf = ({ tenant, uid }: Change): string => `${tenant} ${uid}`
/** Another name than before there were summaries, so that every pod is looked at once for one. */
const job = 'obituaries and summaries'
const instant = (ms: number): Fragment => milliseconds(Math.max(ms, 0))

const known = sql`SELECT toString(toUnixTimestamp64Milli(max(upto))) AS upto FROM keeper_progress WHERE job = ${str(job)} HAVING count() > 0`

const advance = (ms: number): Fragment => sql`INSERT INTO keeper_progress (job, upto) SELECT ${str(job)}, ${instant(ms)}`

const markAll = raw(
  `INSERT INTO pod_changes (told_hour, tenant, uid, told_at) SELECT DISTINCT toStartOfHour(now('UTC')), tenant, uid, now64(3, 'UTC') FROM pods`,
)

const lastSeen = (
  page: Fragment,
): Fragment => sql`SELECT tenant, uid, toFloat64(max(greatest(told_last, line_last))) AS at FROM pods_seen
  WHERE (tenant, uid) IN (SELECT tenant, uid FROM (${page})) GROUP BY tenant, uid`

const changesAfter = ({
  tenant,
  uid,
  at,
}: Change): Fragment => sql`SELECT tenant, uid, toFloat64(toUnixTimestamp64Milli(newest)) AS at FROM (
    SELECT tenant, uid, max(told_at) AS newest FROM (
      SELECT tenant, uid, told_at FROM pod_changes WHERE told_hour >= toStartOfHour(${instant(at)}) AND told_at >= ${instant(at)}
      UNION ALL ${spokenSince(at)})
    GROUP BY tenant, uid)
  WHERE (newest, tenant, uid) > (${instant(at)}, ${str(tenant)}, ${str(uid)})
  ORDER BY newest, tenant, uid LIMIT ${uint(changesAtOnce)}`

/** Lines, too, of those that have an obituary: agents send the last ones after the death is known. Of the living, who speak all the time, it is facts that count. */
function spokenSince(at: number): Fragment {
  const marked = sql`FROM pods_seen WHERE marked >= ${instant(at)}`
  return sql`SELECT tenant, uid, marked AS told_at ${marked}
    AND (tenant, uid) IN (SELECT tenant, uid FROM obituaries WHERE (tenant, uid) IN (SELECT tenant, uid ${marked}))`
}

const goneNodes = raw(
  `SELECT tenant, cluster, node, toString(since) AS since FROM node_states FINAL WHERE what = 'gone' ORDER BY node_states.since`,
)

const podsOfNode = ({ tenant, cluster, node }: GoneNode): Fragment =>
  sql`SELECT DISTINCT uid FROM pod_handles WHERE tenant = ${str(tenant)} AND kind = 'node' AND value = ${str(node)} AND cluster = ${str(cluster)}`

// Finds pods of which something was told since the last look, and has their obituaries written. How far it has come is in the store: it
// goes on where it was after a restart or a long absence, and processes that do it at once share what is done.
import { bind, raw, sql, str, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import type { PodReader } from '#query/read/pods.ts'
import type { Reading } from '#query/read/reading.ts'
import { apiUids } from './api-uids.ts'
import type { Obituaries } from './obituaries.ts'

export interface KeeperOptions {
  store: LogStore
  reading: Reading
  reader: PodReader
  obituaries: Obituaries
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

const changesAtOnce = 10_000
const podsAtOnce = 400
/** An insert is marked when it begins and seen when it ends: marks of this long ago are looked for again, in ms. */
const overlapMs = 120_000

export function createKeeper({ store, reading, reader, obituaries }: KeeperOptions): Keeper {
  /** What was looked at already, of the overlap. */
  let seen = new Map<string, number>()

  async function look(signal?: AbortSignal): Promise<number> {
    const [clock] = await reading.rows<{ now: string }>(storeNow)
    const upto = await progress()
    const now = Number(clock!.now)
    let written = 0
    let after: Change = { tenant: '', uid: '', at: upto - overlapMs }
    const looked = new Map<string, number>()
    for (let more = true; more;) {
      const changes = await reading.rows<Change>(changesAfter(after))
      more = changes.length === changesAtOnce
      after = changes.at(-1) ?? after
      const unseen = changes.filter((change) => seen.get(keyOf(change)) !== change.at)
      for (const [tenant, of] of Map.groupBy(unseen, (change) => change.tenant)) {
        for (let from = 0; from < of.length; from += podsAtOnce) {
          signal?.throwIfAborted()
          const uids = of.slice(from, from + podsAtOnce).map(({ uid }) => uid)
          written += await obituaries.write(tenant, await reader.facts(tenant, await apiUids(reading, tenant, uids)))
        }
      }
      for (const change of changes) looked.set(keyOf(change), change.at)
      if (unseen.length > 0) await store.command({ sql: advance(more ? after.at - 1 : now) })
    }
    seen = looked
    return written
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
const job = 'obituaries'
const instant = (ms: number): Fragment => sql`fromUnixTimestamp64Milli(${bind('Int64', String(Math.max(ms, 0)))}, 'UTC')`

const storeNow = raw('SELECT toString(toUnixTimestamp64Milli(now64(3))) AS now')

const known = sql`SELECT toString(toUnixTimestamp64Milli(max(upto))) AS upto FROM keeper_progress WHERE job = ${str(job)} HAVING count() > 0`

const advance = (ms: number): Fragment => sql`INSERT INTO keeper_progress (job, upto) SELECT ${str(job)}, ${instant(ms)}`

const markAll = raw(
  `INSERT INTO pod_changes (told_hour, tenant, uid, told_at) SELECT DISTINCT toStartOfHour(now('UTC')), tenant, uid, now64(3, 'UTC') FROM pods`,
)

const changesAfter = ({
  tenant,
  uid,
  at,
}: Change): Fragment => sql`SELECT tenant, uid, toFloat64(toUnixTimestamp64Milli(newest)) AS at FROM (
    SELECT tenant, uid, max(told_at) AS newest FROM pod_changes
    WHERE told_hour >= toStartOfHour(${instant(at)}) AND told_at >= ${instant(at)} GROUP BY tenant, uid)
  WHERE (newest, tenant, uid) > (${instant(at)}, ${str(tenant)}, ${str(uid)})
  ORDER BY newest, tenant, uid LIMIT ${uint(changesAtOnce)}`

// Days that are dropped before all was stored that outlives their lines, and the pods whose records say so from then
// on. They are written before the day is dropped; a full disk takes them only afterwards, when there is room.
import { milliseconds, raw, sql, statement, str } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { formatDay } from '#shared/time/format-time.ts'

export interface InexactDay {
  /** UTC day, such as 20261123. */
  day: number
  class: string
  /** ms since 1970. */
  droppedMs: number
  reason: string
}

export interface PodOfDay {
  tenant: string
  /** As its lines were sent, or unresolved:<cluster>/<namespace>/<pod>. */
  uid: string
}

export interface InexactDays {
  /** `pods`: all that have lines of the day. */
  add(day: InexactDay, pods: readonly PodOfDay[]): void
  /** Writes what was added. Rejects where the store cannot take it: it is written the next time. */
  write(): Promise<void>
}

export function createInexactDays(store: LogStore): InexactDays {
  const unwritten: { day: InexactDay; pods: PodOfDay[] }[] = []
  return {
    add: (day, pods) => void unwritten.push({ day, pods: [...pods] }),
    async write() {
      for (let next = unwritten[0]; next !== undefined; next = unwritten[0]) {
        await store.command({ sql: insertDay(next.day) })
        while (next.pods.length > 0) {
          await insertChanges(store, next.pods.slice(0, podsAtOnce))
          next.pods.splice(0, podsAtOnce)
        }
        unwritten.shift()
      }
    },
  }
}

const podsAtOnce = 20_000

/** Pods with changed lines: the projector counts these again, by the rules for a day that is not exact. */
async function insertChanges(store: LogStore, pods: readonly PodOfDay[]): Promise<void> {
  const rows = pods.map(({ tenant, uid }) => `${JSON.stringify([tenant, 'lines', uid])}\n`)
  await store.insert({
    table: 'pod_change_feed',
    columns: ['tenant', 'source', 'uid'],
    rows: Buffer.from(rows.join('')),
    format: 'JSONCompactEachRow',
  })
}

const daysMax = 100

/** The newest of them. */
export async function readInexactDays(store: LogStore): Promise<InexactDay[]> {
  return store.rows<InexactDay>({
    sql: statement(
      'inexact-days',
      raw(`SELECT toYYYYMMDD(day) AS day, class, toFloat64(toUnixTimestamp64Milli(max(dropped_at))) AS droppedMs,
        argMax(reason, dropped_at) AS reason
      FROM inexact_days GROUP BY day, class ORDER BY day DESC, class LIMIT ${daysMax}`),
    ),
  })
}

const insertDay = ({ day, class: name, droppedMs, reason }: InexactDay) =>
  statement(
    'inexact-days-put',
    sql`INSERT INTO inexact_days (day, class, dropped_at, reason)
    SELECT toDate(${str(formatDay(day))}), ${str(name)},
      ${milliseconds(droppedMs)}, ${str(reason)}`,
  )

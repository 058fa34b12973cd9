// Days that were dropped before all was stored that outlives their lines. A full disk takes the row only after the
// drop, so it is written when there is room.
import { milliseconds, raw, sql, statement, str } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'

export interface InexactDay {
  /** UTC day, such as 20261123. */
  day: number
  class: string
  /** ms since 1970. */
  droppedMs: number
  reason: string
}

export interface InexactDays {
  add(day: InexactDay): void
  /** Writes what was added. Rejects where the store cannot take it: it is written the next time. */
  write(): Promise<void>
}

export function createInexactDays(store: LogStore): InexactDays {
  const unwritten: InexactDay[] = []
  return {
    add: (day) => void unwritten.push(day),
    async write() {
      for (let next = unwritten[0]; next !== undefined; next = unwritten[0]) {
        await store.command({ sql: insertDay(next) })
        unwritten.shift()
      }
    },
  }
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
    SELECT toDate(${str(String(day).replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3'))}), ${str(name)},
      ${milliseconds(droppedMs)}, ${str(reason)}`,
  )

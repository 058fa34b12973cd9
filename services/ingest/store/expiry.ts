// Drops what is older than its class is kept: whole partitions of `logs`, a day of a class each, so that expired lines are gone from the
// disk and not only from answers. Several services may do it at once: a partition that is gone already is no error.
import type { LogStore } from '#shared/clickhouse/store.ts'
import { raw, sql } from '#shared/clickhouse/sql.ts'
import type { Logger } from '#shared/logger.ts'
import type { Retention } from '#shared/retention.ts'

export interface ExpiryOptions {
  store: LogStore
  retention: Retention
  log: Logger
  /** ms since 1970. */
  clock: () => number
}

export interface Partition {
  /** As system.parts has it. */
  id: string
  /** UTC day, such as 20261123. */
  day: number
  class: string
  rows: number
}

const dayMs = 86_400_000
const intervalMs = 3_600_000

/** Partitions whose last moment is older than their class is kept. */
export function expired(partitions: readonly Partition[], retention: Retention, nowMs: number): Partition[] {
  return partitions.filter(({ day, class: name }) => {
    const text = String(day)
    const endMs = Date.UTC(Number(text.slice(0, 4)), Number(text.slice(4, 6)) - 1, Number(text.slice(6, 8))) + dayMs
    return endMs + retention.daysOf(name) * dayMs <= nowMs
  })
}

/** Drops expired partitions once; resolves to what it dropped. */
export async function dropExpired({ store, retention, log, clock }: ExpiryOptions): Promise<Partition[]> {
  const rows = await store.rows<{ id: string; partition: string; rows: number }>({
    sql: sql`SELECT partition_id AS id, partition, toUInt32(sum(rows)) AS rows
      FROM system.parts WHERE active AND database = currentDatabase() AND table = 'logs' GROUP BY partition_id, partition`,
  })
  const partitions = rows.flatMap(({ partition, ...rest }) => {
    // As the engine writes the key: (20261123,'default').
    const key = /^\((\d{8}),'(.+)'\)$/.exec(partition)
    return key === null ? [] : [{ ...rest, day: Number(key[1]), class: key[2]! }]
  })
  const gone = expired(partitions, retention, clock())
  for (const partition of gone) {
    await store.command({ sql: sql`ALTER TABLE logs DROP PARTITION ID ${raw(quoted(partition.id))}` })
    log.info({ day: partition.day, class: partition.class, rows: partition.rows }, 'expired lines dropped')
  }
  return gone
}

/** Drops expired partitions now and every hour until closed. */
export function createExpiry(options: ExpiryOptions): { close(): Promise<void> } {
  let running: Promise<unknown> = Promise.resolve()
  const run = (): void => {
    running = dropExpired(options).catch((error: unknown) =>
      options.log.warn({ err: error }, 'expired lines could not be dropped; next try in an hour'),
    )
  }
  const timer = setInterval(run, intervalMs)
  run()
  return {
    close: async () => {
      clearInterval(timer)
      await running
    },
  }
}

/** Partition ids are letters, digits and dashes. */
function quoted(id: string): string {
  if (!/^[\w-]+$/.test(id)) throw new Error(`not a partition id: ${id}`)
  return `'${id}'`
}

// Partitions of `logs`, a day of a class each, and when they end: once the last moment of their day is older than their
// class is kept.
import { localTable, systemTable } from '#shared/clickhouse/cluster-names.ts'
import { sql, statement, str } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { daysByRule, keptDays, type RetentionSettings } from './retention.ts'

export interface Partition {
  /** As system.parts has it. */
  id: string
  /** UTC day, such as 20261123. */
  day: number
  class: string
  /** As stored: a line sent twice counts twice until it is merged. */
  rows: number
  bytes: number
  /** Of its newest insert on each shard: merges do not change it. */
  newestBlock: string
}

const dayMs = 86_400_000

export async function storedPartitions(store: LogStore): Promise<Partition[]> {
  const rows = await store.rows<Omit<Partition, 'day' | 'class'> & { partition: string }>({
    sql: statement(
      'stored-partitions',
      sql`SELECT id, partition, toFloat64(sum(rows)) AS rows, toFloat64(sum(bytes)) AS bytes,
        arrayStringConcat(arraySort(groupArray(concat(toString(shard), ':', toString(block)))), ' ') AS newestBlock
      FROM (
        SELECT partition_id AS id, partition, shardNum() AS shard, sum(parts.rows) AS rows, sum(bytes_on_disk) AS bytes,
          max(max_block_number) AS block
        FROM ${systemTable(store, 'parts')} AS parts
        WHERE active AND database = currentDatabase() AND table = ${str(localTable(store, 'logs'))}
        GROUP BY id, partition, shard)
      GROUP BY id, partition ORDER BY partition`,
    ),
  })
  return rows.flatMap(({ partition, ...rest }) => {
    // As the engine writes the key: (20261123,'default').
    const key = /^\((\d{8}),'(.+)'\)$/.exec(partition)
    return key === null ? [] : [{ ...rest, day: Number(key[1]), class: key[2]! }]
  })
}

/** When a UTC day such as 20261123 begins, ms since 1970. */
export function dayStartMs(day: number): number {
  const text = String(day)
  return Date.UTC(Number(text.slice(0, 4)), Number(text.slice(4, 6)) - 1, Number(text.slice(6, 8)))
}

/** When the partition ends under these rules, ms since 1970; Infinity where nothing of its class is dropped. */
export const endsAt = ({ day, class: name }: Pick<Partition, 'day' | 'class'>, settings: RetentionSettings): number =>
  dayStartMs(day) + dayMs + keptDays(settings, name) * dayMs

/** When it would end if nothing held its class back. */
export const endsByRule = (
  { day, class: name }: Pick<Partition, 'day' | 'class'>,
  settings: RetentionSettings,
): number => dayStartMs(day) + dayMs + daysByRule(settings, name) * dayMs

/** Partitions that have ended. */
export const ended = <P extends Pick<Partition, 'day' | 'class'>>(
  partitions: readonly P[],
  settings: RetentionSettings,
  nowMs: number,
): P[] => partitions.filter((partition) => endsAt(partition, settings) <= nowMs)

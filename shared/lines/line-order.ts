// The order of lines: time, then restart, file, offset or place in the batch, identity, so that lines of one nanosecond
// keep theirs. (ts, identity) names a line; rows that agree in it are one line sent more than once.
import { bind, raw, sql, type Fragment } from '#shared/clickhouse/sql.ts'
import { compare } from '#shared/compare.ts'
import { nanoseconds } from './line-filter.ts'

export type Order = 'asc' | 'desc'

/** Where a line stands in the order. */
export interface LineKey {
  ts: bigint
  restart: number
  file: string
  /** Its offset, or where it stood in its batch, where the offset is unknown. */
  position: bigint
  identity: bigint
}

/** Before every line. */
export const nowhere: LineKey = { ts: 0n, restart: 0, file: '', position: 0n, identity: 0n }

export const positionText = 'if(offset >= 0, toUInt64(offset), toUInt64(seq))'
export const position = raw(positionText)

/** Ordering by the whole key; `position` must be a column or alias of the statement. */
export const orderBy = (order: Order): Fragment =>
  raw(
    ['ts', 'restart', 'file', 'position', 'identity']
      .map((column) => `${column} ${order === 'asc' ? 'ASC' : 'DESC'}`)
      .join(', '),
  )

/** Lines behind `key` in `order`. */
export function behind(key: LineKey, order: Order): Fragment {
  const tuple = sql`(${nanoseconds(key.ts)}, ${bind('Int32', key.restart)}, ${bind('String', key.file)},
    ${bind('UInt64', String(key.position))}, ${bind('UInt64', String(key.identity))})`
  const columns = raw('(ts, restart, toString(file), position, identity)')
  return order === 'asc' ? sql`${columns} > ${tuple}` : sql`${columns} < ${tuple}`
}

/** Ascending. */
export function compareKeys(a: LineKey, b: LineKey): number {
  return (
    compare(a.ts, b.ts) ||
    a.restart - b.restart ||
    compare(a.file, b.file) ||
    compare(a.position, b.position) ||
    compare(a.identity, b.identity)
  )
}

// The order of lines: time, then restart, file and offset. Lines without offset keep the order in which they arrived,
// whatever their restart and file: `received`, then the number of their batch among those of one millisecond, then their
// place in the batch. (ts, identity) names a line; rows that agree in it are one line sent more than once. Of these the
// one with the highest `precedence` stands for the line, here as after a merge: the one that says most of its file, and
// then the first.
import { bind, milliseconds, raw, sql, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { compare } from '#shared/compare.ts'
import { nanoseconds } from './line-filter.ts'

export type Order = 'asc' | 'desc'

/** Where a line stands in the order. */
export interface LineKey {
  ts: bigint
  restart: number
  file: string
  /** -1 where it is unknown. */
  offset: number
  /** Epoch ms. */
  received: number
  /** The number of the batch: larger than those of earlier batches of one process, or of one partition. */
  arrival: bigint
  /** The place in the batch. */
  seq: number
  identity: bigint
}

/** Before every line. */
export const nowhere: LineKey = {
  ts: 0n,
  restart: -1,
  file: '',
  offset: -1,
  received: 0,
  arrival: 0n,
  seq: 0,
  identity: 0n,
}

/** The columns that make a key. */
export const keyColumns = ['ts', 'restart', 'file', 'offset', 'received', 'arrival', 'seq', 'identity']

/** What rows are ordered by: restart and file count only where there is an offset. */
const orderColumns = [
  'ts',
  'if(offset < 0, -1, restart)',
  "if(offset < 0, '', toString(file))",
  'offset',
  'received',
  'arrival',
  'seq',
  'identity',
]

/** A row's key as a tuple that SQL compares with `keyTuple`. */
export const keyOfRow = raw(`(${orderColumns.join(', ')})`)

export const keyTuple = ({ ts, restart, file, offset, received, arrival, seq, identity }: LineKey): Fragment =>
  sql`(${nanoseconds(ts)}, ${bind('Int32', offset < 0 ? -1 : restart)}, ${bind('String', offset < 0 ? '' : file)},
    ${bind('Int64', String(offset))}, ${milliseconds(received)}, ${bind('UInt64', String(arrival))}, ${uint(seq)},
    ${bind('UInt64', String(identity))})`

/** Ordering by the whole key. */
export const orderBy = (order: Order): Fragment =>
  raw(orderColumns.map((column) => `${column} ${order === 'asc' ? 'ASC' : 'DESC'}`).join(', '))

/** Lines behind `key` in `order`. */
export const behind = (key: LineKey, order: Order): Fragment =>
  sql`${keyOfRow} ${raw(order === 'asc' ? '>' : '<')} ${keyTuple(key)}`

/** Ascending. */
export function compareKeys(a: LineKey, b: LineKey): number {
  return compare(a.ts, b.ts) || comparePlaces(a, b) || compareArrivals(a, b) || compare(a.identity, b.identity)
}

/** Lines without offset are in front of those that have one. */
function comparePlaces(a: LineKey, b: LineKey): number {
  if (a.offset < 0 || b.offset < 0) return Math.sign(a.offset + 1) - Math.sign(b.offset + 1)
  return a.restart - b.restart || compare(a.file, b.file) || a.offset - b.offset
}

const compareArrivals = (a: LineKey, b: LineKey): number =>
  a.received - b.received || compare(a.arrival, b.arrival) || a.seq - b.seq

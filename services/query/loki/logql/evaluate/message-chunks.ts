// The lines of a range that stages look at: their times, groups and messages alone. A range is read in stretches of
// which each has a bounded number of lines and bytes: they are counted first.
import { BinaryRows } from '#shared/lines/binary-rows.ts'
import { int, raw, sql, statement, type Fragment } from '#shared/clickhouse/sql.ts'
import { linesFrom, rowsFrom, type LineFilter } from '#shared/lines/line-filter.ts'

export interface Stretch {
  /** Epoch ns, inclusive. */
  from: bigint
  /** Epoch ns, exclusive. */
  to: bigint
  rows: number
  bytes: number
}

/** Of one statement. */
const chunk = { rows: 50_000, bytes: 16 * 1024 * 1024 }
/** How many parts a stretch is counted in. */
const parts = 1000n

const partNs = ({ from, to }: Pick<Stretch, 'from' | 'to'>): bigint => {
  const width = (to - from + parts - 1n) / parts
  return width > 0n ? width : 1n
}

export interface PartRow {
  /** Number of the part, as text. */
  part: string
  rows: number
  bytes: number
}

/** Parts of a stretch that have rows, in order, lines that were sent again included. Rows: PartRow. */
export const countParts = (filter: LineFilter, { from, to }: Pick<Stretch, 'from' | 'to'>): Fragment =>
  statement(
    'logql-parts',
    sql`SELECT toString(p) AS part, toFloat64(count()) AS rows, toFloat64(sum(message.size)) AS bytes
    FROM (SELECT intDiv(toUnixTimestamp64Nano(ts) - ${int(from)}, ${int(partNs({ from, to }))}) AS p, message
      ${rowsFrom({ ...filter, from, to })}) GROUP BY p ORDER BY p`,
  )

/** Stretches of neighbouring parts. One that is too large for a chunk is a part by itself, to be counted again. */
export function stretchesOf(whole: Pick<Stretch, 'from' | 'to'>, rows: readonly PartRow[]): Stretch[] {
  const width = partNs(whole)
  const stretches: Stretch[] = []
  for (const { part, rows: count, bytes } of rows) {
    const from = whole.from + BigInt(part) * width
    const to = from + width < whole.to ? from + width : whole.to
    const last = stretches.at(-1)
    if (last !== undefined && last.rows + count <= chunk.rows && last.bytes + bytes <= chunk.bytes)
      Object.assign(last, { to, rows: last.rows + count, bytes: last.bytes + bytes })
    else stretches.push({ from, to, rows: count, bytes })
  }
  return stretches
}

/** Whether it has to be counted in smaller parts. Lines of one ns cannot be told apart. */
export const isTooLarge = ({ from, to, rows, bytes }: Stretch): boolean =>
  (rows > chunk.rows || bytes > chunk.bytes) && to - from > 1n

/** Each line once, in order of time, as RowBinary for `messagesIn`. */
export const messagesOf = (filter: LineFilter, hash: Fragment | undefined): Fragment =>
  statement(
    'logql-messages',
    sql`SELECT t, g, message FROM (SELECT toUnixTimestamp64Nano(ts) AS t, toUInt64(${hash ?? raw('0')}) AS g, message,
      ts, identity, precedence ${linesFrom(filter)} ORDER BY ts, identity, precedence DESC LIMIT 1 BY ts, identity)`,
  )

export interface StoredMessage {
  ts: bigint
  group: bigint
  message: Buffer
}

export function messagesIn(bytes: Buffer): StoredMessage[] {
  const rows = new BinaryRows(bytes)
  const messages: StoredMessage[] = []
  while (!rows.ended) messages.push({ ts: rows.int64(), group: rows.uint64(), message: rows.raw() })
  return messages
}

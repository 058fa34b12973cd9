// Statements that read lines. A traversal asks where the next stretch of time ends (reading times only), then reads the
// lines of that stretch: messages of millions of lines are never sorted for a page of a hundred.
import { join, raw, sql, statement, str, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'
import { isCoverage, isLine, isNoLine } from './absorbed-lines.ts'
import { partBytesMax } from './parts-of-line.ts'
import { linesFrom, rowsFrom, timesOf, type LineFilter } from './line-filter.ts'
import { behind, keyColumns, orderBy, type LineKey, type Order } from './line-order.ts'

/** Columns of a line as the row decoder reads them: row-decoder.ts holds the same list in the same order. */
const columns = [
  'ts',
  'cluster',
  'namespace',
  'pod',
  'pod_uid',
  'container',
  'restart',
  'container_id',
  'node',
  'unit',
  'stream',
  'partial',
  'severity',
  'message',
  'trace_id',
  'span_id',
  'labels',
  'attributes',
  'offset',
  'length',
  'file',
  'received',
  'arrival',
  'seq',
  'identity',
] as const
const list = raw(columns.join(', '))

/**
 * First (asc) or last (desc) hour in which the filter's tenant has a line, found from the index: `hour`, epoch seconds.
 */
export function edgeHour(filter: LineFilter, order: Order): Fragment {
  const rows = rowsFrom({ tenant: filter.tenant, fields: {}, ...pick(filter) })
  return statement(
    'line-edge-hour',
    sql`SELECT toUInt32(toStartOfHour(ts)) AS hour ${rows} ORDER BY toStartOfHour(ts) ${raw(order)} LIMIT 1`,
  )
}

/** Hours in which the filter has rows, in order: `hour`, epoch seconds, and `count`. Rows: HourCount. */
export const rowsByHour = (filter: LineFilter, order: Order): Fragment =>
  statement(
    'line-hours',
    sql`SELECT toUInt32(toStartOfHour(ts)) AS hour, toFloat64(count()) AS count ${rowsFrom(filter)}
    GROUP BY hour ORDER BY hour ${raw(order)}`,
  )

export interface HourCount {
  hour: number
  count: number
}

/**
 * The next `rows` rows of the filter in groups of `group`: `bound` (ns, as text) is the last time of the group, `count`
 * its rows, `bytes` of its messages, `isOneTime` whether all have that time. Fewer than `rows` in total means that
 * there are no more. Rows: TimeGroup. `message.size` is read without the message, at half the cost.
 */
export function timeGroups(filter: LineFilter, order: Order, rows: number, group: number): Fragment {
  const bound = order === 'asc' ? raw('max(ts)') : raw('min(ts)')
  const times = sql`SELECT ts, message.size AS size ${rowsFrom(filter)} ORDER BY ts ${raw(order)}
    LIMIT ${uint(rows)}`
  return statement(
    'line-time-groups',
    sql`SELECT toString(toUnixTimestamp64Nano(${bound})) AS bound, toFloat64(count()) AS count,
      toFloat64(sum(size)) AS bytes, min(ts) = max(ts) AS isOneTime
    FROM (SELECT intDiv(rowNumberInAllBlocks(), ${uint(group)}) AS g, ts, size FROM (${times}))
    GROUP BY g ORDER BY g`,
  )
}

export interface TimeGroup {
  bound: string
  count: number
  bytes: number
  isOneTime: 0 | 1
}

/** How many rows have this time (epoch ns): `count`. */
export const rowsAt = (filter: LineFilter, ts: bigint): Fragment =>
  statement('line-rows-at', sql`SELECT toFloat64(count()) AS count ${rowsFrom({ ...filter, from: ts, to: ts + 1n })}`)

/** Every line of the filter in ascending order, once each, as RowBinary rows for the decoder. */
export function allLines(filter: LineFilter): Fragment {
  return statement('lines-of-range', sql`SELECT ${list} FROM (${collapsed(filter)}) ORDER BY ${orderBy('asc')}`)
}

/**
 * Lines of the filter in `order`, once each, at most `limit`, only those behind `after`, as RowBinary rows for the
 * decoder.
 */
export function someLines(filter: LineFilter, order: Order, limit: number, after?: LineKey): Fragment {
  const rest = after === undefined ? raw('') : sql`WHERE ${behind(after, order)}`
  return statement(
    'lines-page',
    sql`SELECT ${list}
    FROM (SELECT * FROM (${collapsed(filter)}) ${rest} ORDER BY ${orderBy(order)} LIMIT ${uint(limit)})`,
  )
}

/**
 * The same where the filter has far more lines than `limit`, and no time to cut them by: it compares the keys of all of
 * them, and reads the other columns of `limit` lines only.
 */
export function someOfMany(filter: LineFilter, order: Order, limit: number, after?: LineKey): Fragment {
  const rest = after === undefined ? raw('') : sql`WHERE ${behind(after, order)}`
  const names = sql`SELECT ts, identity FROM (SELECT ${raw(keyColumns.join(', '))} ${linesFrom(filter)} ${onePerLine})
    ${rest} ORDER BY ${orderBy(order)} LIMIT ${uint(limit)}`
  return statement(
    'lines-page-of-many',
    sql`SELECT ${list} FROM (SELECT ${list} ${linesFrom(filter)} AND (ts, identity) IN (${names}) ${onePerLine})
    ORDER BY ${orderBy(order)}`,
  )
}

/**
 * The first `limit` rows of the filter in `order` and behind `after`, lines sent twice included, as RowBinary rows of
 * lines with their precedence. Nearly all rows of whole pods are lines of the filter: one thread reads these hour by
 * hour until it has enough, which takes half of what sorting them all takes.
 */
export function firstRows(filter: LineFilter, order: Order, limit: number, after?: LineKey): Fragment {
  const rest = after === undefined ? raw('') : sql` AND ${behind(after, order)}`
  const byHour = isOfWholePods(filter)
  const hour = byHour ? raw(`toStartOfHour(ts) ${order},`) : raw('')
  const settings = raw(byHour ? ' SETTINGS max_threads = 1, read_in_order_use_buffering = 0' : '')
  return statement(
    'lines-first-rows',
    sql`SELECT ${list}, precedence ${linesFrom(filter)}${rest}
    ORDER BY ${hour} ${orderBy(order)} LIMIT ${uint(limit)}${settings}`,
  )
}

const isOfWholePods = ({ fields, search }: LineFilter): boolean =>
  search === undefined && fields.severity === undefined && fields.stream === undefined && fields.restart === undefined

/** Columns that the engine computes of the message where a condition reads them. */
const searchedColumns = raw('searched_text, searched_words, read_text, unescaped_text')
/** More rows than there are: the engine takes no condition through a LIMIT. */
const allRows = raw('LIMIT 1000000000')

export interface RowsToMatch {
  tenant: string
  rows: Fragment
  /** Epoch ns, of the rows. */
  times: Pick<LineFilter, 'from' | 'to'>
  /** Whether shards have the rows: each of them selects its lines. */
  isCluster: boolean
}

/**
 * Lines among these rows that any of the filters selects, in order of arrival, as RowBinary rows for
 * `decodeMatched`: each line with a byte for each filter, 1 where it selects the line, and the part that it was read
 * from. In one store a filter is planned once: where a search names a computed column, the engine would plan what computes
 * it each time, and it would plan all filters again to see which granules of the rows it may skip.
 */
export function matchedLines({ tenant, rows, times, isCluster }: RowsToMatch, filters: readonly Fragment[]): Fragment {
  const matches = join(
    filters.map((filter) => sql`toUInt8(ifNull((${filter}), 0))`),
    ', ',
  )
  const from = sql`${fromTable(tenant, 'logs')} AND ${rows} AND ${isLine(tenant, timesOf(times))}`
  const matched = isCluster
    ? sql`SELECT ${list}, [${matches}] AS matches, _part AS part ${from} AND has(matches, 1)`
    : sql`SELECT ${list}, [${matches}] AS matches, part
        FROM (SELECT *, ${searchedColumns}, _part AS part ${from}) AS logs ${allRows}`
  return statement(
    'matched-lines',
    sql`SELECT ${list}, matches, part FROM (${matched}) WHERE has(matches, 1) ORDER BY received, ${orderBy('asc')}`,
  )
}

/**
 * Rows that say where they stand, the longest at each place: lines of other streams than this one, and of each stream
 * the parts of joined lines that cover bytes of their own. Ascending, at most `limit`. The messages are empty; those of
 * parts of this stream are read up to a byte more than `partBytesMax`. RowBinary rows for the decoder.
 */
export function linesAndPartsOf(filter: LineFilter, stream: string | undefined, limit: number): Fragment {
  const { tenant } = filter
  const times = timesOf(filter)
  const isOwn = stream === undefined ? raw('false') : sql`stream = ${str(stream)}`
  const message = sql`if(${isOwn}, substring(logs.message, 1, ${uint(partBytesMax + 1)}), '') AS message`
  const selected = join(
    columns.map((column) => (column === 'message' ? message : raw(column))),
    ', ',
  )
  return statement(
    'lines-and-parts',
    sql`SELECT ${list} FROM (SELECT ${selected} ${rowsFrom(filter)} AND offset >= 0
      AND (${isNoLine(tenant, times)} OR (NOT (${isOwn}) AND ${isLine(tenant, times)}))
      ORDER BY length DESC LIMIT 1 BY ts, stream, file, offset)
    ORDER BY ${orderBy('asc')} LIMIT ${uint(limit)}`,
  )
}

/** Bytes of a last line that are shown. */
export const lastMessageMax = 16 * 1024

/** Columns of a line, of a message that is longer than `lastMessageMax` a byte more than that. */
const withShortMessage = columns.map((column) =>
  column === 'message' ? `substring(message, 1, ${lastMessageMax + 1}) AS message` : column,
)

/**
 * The last `count` lines of each container, at most `most` of all, once each, newest first, as RowBinary rows for the
 * decoder; messages as in
 * `withShortMessage`. `filter`: of pods by uid.
 */
export function lastOfContainers(filter: LineFilter, count: number, most: number): Fragment {
  return statement(
    'lines-last-of-containers',
    sql`SELECT ${raw(withShortMessage.join(', '))} FROM (SELECT * FROM (${collapsed(filter)})
      ORDER BY ${orderBy('desc')} LIMIT ${uint(count)} BY pod_uid, container LIMIT ${uint(most)})`,
  )
}

/**
 * Rows of the filter in any order, those of lines that were sent again and fragments that only cover bytes too, at most
 * `limit`, as RowBinary rows of measured lines.
 */
export function measuredLines(filter: LineFilter, limit: number): Fragment {
  const { tenant } = filter
  const times = timesOf(filter)
  return statement(
    'lines-of-small-pods',
    sql`SELECT ${raw(withShortMessage.join(', '))}, eof, toInt64(length(logs.message)) AS bytes, precedence,
      toUInt8(${isNoLine(tenant, times)}) AS absorbed_part
    ${rowsFrom(filter)} AND ${isCoverage(tenant, times)} LIMIT ${uint(limit)}`,
  )
}

/** Of the rows of a line, the one that merges keep. */
const onePerLine = raw('ORDER BY ts, identity, precedence DESC LIMIT 1 BY ts, identity')

const collapsed = (filter: LineFilter): Fragment => sql`SELECT ${list} ${linesFrom(filter)} ${onePerLine}`

function pick({ from, to }: LineFilter): Pick<LineFilter, 'from' | 'to'> {
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }
}

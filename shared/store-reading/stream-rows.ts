// Rows of one life and stream: what the fragments of a line follow each other in.
import { bind, join, sql, str, type Fragment } from '#shared/clickhouse/sql.ts'
import { partBytesMax } from '#shared/lines/parts-of-line.ts'
import type { LineFilter } from '#shared/lines/line-filter.ts'
import type { LineKey, Order } from '#shared/lines/line-order.ts'
import { linesAndPartsOf } from '#shared/lines/line-statements.ts'
import type { Line } from '#shared/lines/row-decoder.ts'
import { readPage } from './line-pages.ts'
import type { Reading } from './reading.ts'

export interface StreamRows {
  reading: Reading
  /** The tenant, and what is known of the row's pod. */
  filter: Pick<LineFilter, 'tenant' | 'from' | 'to'> & { scope: Fragment }
}

/** Rows of the same life and stream as `row`, on from `after`. */
export async function neighbours(
  { reading, filter }: StreamRows,
  row: Line,
  after: LineKey,
  order: Order,
  limit: number,
): Promise<Line[]> {
  const ofStream = {
    ...filter,
    fields: {},
    scope: sql`${filter.scope} AND ${lifeScope(row)} AND stream = ${str(row.stream)}`,
  }
  return (await readPage({ reading, filter: ofStream, order, limit, after })).lines
}

/** Of a life: bounds of times, and a further condition. */
interface Stretch {
  from?: bigint
  to?: bigint
  scope?: Fragment
  /** Whether lines of the row's own stream are asked for. */
  isOwnToo?: boolean
}

/**
 * Rows of the life of `row`, ascending, at most `limit`: lines of other streams than its own, without their messages, and
 * parts of joined lines that cover bytes of their own, of every stream.
 */
export async function linesAndParts(
  { reading, filter }: StreamRows,
  row: Line,
  { scope, isOwnToo = false, ...times }: Stretch,
  limit: number,
): Promise<Line[]> {
  const conditions = [filter.scope, lifeScope(row), ...(scope === undefined ? [] : [scope])]
  const ofLife = { ...filter, ...times, fields: {}, scope: join(conditions, ' AND ') }
  const statement = linesAndPartsOf(ofLife, isOwnToo ? undefined : row.stream, limit)
  return reading.some(statement, { rows: limit, bytes: bytesOfParts })
}

/** Of messages that are found: nearly always there are none. */
const bytesOfParts = partBytesMax

/** The rows of a line's life, whatever their stream. */
function lifeScope({ podUid, pod, container, restart, containerId }: Line): Fragment {
  const life =
    restart < 0 ? sql`restart < 0 AND container_id = ${str(containerId)}` : sql`restart = ${bind('Int32', restart)}`
  const owner = podUid === '' ? sql`pod_uid = '' AND pod = ${str(pod)}` : sql`pod_uid = ${str(podUid)}`
  return sql`${owner} AND container = ${str(container)} AND ${life}`
}

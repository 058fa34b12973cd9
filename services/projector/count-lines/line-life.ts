// Pure: how SQL finds the life of a line. The restart number names it, as in the identity of a line. Where a line has
// no number, or several instances of a container had one number, the container id names the life; where a line has no
// id either, the span of time does (decision 0014).
import { sql, strs, type Fragment } from '#shared/clickhouse/sql.ts'
import { bareContainerId } from '#shared/lines/bare-container-id.ts'

/**
 * Lines that need spans of time: `<uid>/<container>` for lines without a number, else `<uid>/<container>/<restart>`.
 */
export type SpanKey = string

export const spanKey = (uid: string, container: string, restart: number): SpanKey =>
  restart < 0 ? `${uid}/${container}` : `${uid}/${container}/${restart}`

/** Number of the span, from 1, in which a time lies, as `slotOf` of lines-in-window.ts. All in epoch ns. */
export const slotAt = (begins: readonly bigint[], ns: bigint): number => begins.filter((begin) => begin <= ns).length

/** `spanKey` of a row of `logs` or `kept_counts`. */
export const spanKeyOfRow = sql`concat(pod_uid, '/', container, if(restart < 0, '', concat('/', toString(restart))))`

/** Whether the restart number of a row does not name its life. `keys`: of all spans. */
function isUnnumbered(keys: readonly SpanKey[]): Fragment {
  const repeated = keys.filter((key) => key.split('/').length > 2)
  return repeated.length === 0 ? sql`restart < 0` : sql`(restart < 0 OR ${spanKeyOfRow} IN ${strs(repeated)})`
}

/** The container id of a row where the id names the life, else ''. */
export const namingContainerId = (keys: readonly SpanKey[]): Fragment =>
  sql`if(${isUnnumbered(keys)}, ${bareContainerId}, '')`

// How the engine tells lines of one life from those of another. The restart number does, as in the identity of a line;
// where there is none, or where several instances of a container had that number, the container id does, and a span of
// time where there is none either.
import { sql, strs, type Fragment } from '#shared/clickhouse/sql.ts'
import { bareContainerId } from '#shared/lines/bare-container-id.ts'

/**
 * Spans of time by the lines that they put into lives: `<uid>/<container>` without a number,
 * `<uid>/<container>/<restart>` with one.
 */
export type SpanKey = string

export const spanKey = (uid: string, container: string, restart: number): SpanKey =>
  restart < 0 ? `${uid}/${container}` : `${uid}/${container}/${restart}`

/** `spanKey` of a row of `logs` or `kept_counts`. */
export const spanKeyOfRow = sql`concat(pod_uid, '/', container, if(restart < 0, '', concat('/', toString(restart))))`

/** Whether the number of a row does not name its life. `keys`: of all spans. */
function isUnnumbered(keys: readonly SpanKey[]): Fragment {
  const repeated = keys.filter((key) => key.split('/').length > 2)
  return repeated.length === 0 ? sql`restart < 0` : sql`(restart < 0 OR ${spanKeyOfRow} IN ${strs(repeated)})`
}

/** The container id of a row where it names the life, else ''. */
export const namingContainerId = (keys: readonly SpanKey[]): Fragment => sql`if(${isUnnumbered(keys)}, ${bareContainerId}, '')`

// What the lines of some pods cover of their files, worked out by the engine: a life of ten million lines comes as a handful of stretches.
// A line that was sent under two names of its file counts under the newer one, which is the one that a merge keeps too.
import { raw, sql, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import type { Stretch } from '#query/seal/evidence.ts'
import { lineLife, linesWithin, type LineBounds, type LineLife } from './pod-details.ts'

export interface StretchRow extends Stretch, LineLife {}

/** More stretches than this tell no more of one life. */
const stretchesMax = 1000

const time = (column: string): string => `concat(replaceOne(toString(${column}), ' ', 'T'), 'Z')`

const life = 'uid, cluster, namespace, pod, container, restart, containerId'
const any = life.replaceAll(/\w+/g, (column) => `any(${column}) AS ${column}`)

// A long line that came in other pieces before starts at one place several times.
const places =
  raw(`${life}, file, offset, max(greatest(length, 0)) AS size, max(length < 0) AS unmeasured, max(eof) AS ends, min(ts) AS at,
  min(ts) != max(ts) OR (count() > 1 AND max(partial) = 0) AS clash`)

const over = raw(`OVER (PARTITION BY ${life}, file, offset < 0 ORDER BY offset`)
const before = raw('ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)')

/** Rows: StretchRow, a bounded number of each life, in the order of their files' names and places. */
export function lifeStretches(tenant: string, bounds: LineBounds): Fragment {
  const sent = sql`SELECT ${lineLife}, ts, identity, file, received, offset, length, eof, partial FROM logs WHERE ${linesWithin(tenant, bounds)}`
  const lines = sql`SELECT ts, identity, ${raw(any)}, argMax(file, received) AS file, any(offset) AS offset, max(length) AS length, max(eof) AS eof, max(partial) AS partial
    FROM (${sent}) GROUP BY ts, identity`
  const marked = sql`SELECT *, offset + size AS end, row_number() ${over}) = 1 AS first, max(end) ${over} ${before} AS covered,
      first OR (offset > covered AND NOT lagInFrame(unmeasured) ${over})) AS begins, NOT first AND offset < covered AS overlap
    FROM (SELECT ${places} FROM (${lines}) GROUP BY ${raw(life)}, file, offset)`
  return sql`SELECT ${raw(life)}, file, toFloat64(min(offset)) AS from, toFloat64(max(end)) AS to,
      ${raw(time('argMin(at, offset)'))} AS firstAt, ${raw(time('argMax(at, (end, offset))'))} AS lastAt, ${raw(time('min(at)'))} AS earliest,
      toFloat64(count()) AS places, argMax(ends, (end, offset)) = 1 AS ended, toFloat64(sum(ends) - argMax(ends, (end, offset))) AS endsInside,
      toFloat64(sum(unmeasured)) AS unmeasured, toFloat64(sum(clash)) AS clashes, toFloat64(sum(overlap)) AS overlaps
    FROM (SELECT *, sum(begins) ${over}) AS stretch FROM (${marked}))
    GROUP BY ${raw(life)}, file, offset < 0, stretch ORDER BY ${raw(life)}, file, from LIMIT ${uint(stretchesMax)} BY ${raw(life)}`
}

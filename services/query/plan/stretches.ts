// What the lines of some pods cover of their files, worked out by the engine: a life of ten million lines comes as a handful of stretches.
// FINAL leaves of a line that was sent again what a merge leaves of it, the row that came last, so the answer does not depend on merges.
// It collapses along the sorting key and holds few rows at a time; they are sorted by place, on disk where they are many.
import { instant, raw, sql, str, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import type { LineBounds } from './line-counts.ts'
import { namingContainerId, type SpanKey } from './line-life.ts'
import { stretchesMax } from '#shared/pod-model/rows.ts'

const life = 'uid, cluster, namespace, pod, container, restart, containerId'
// Rows of one place stand in one order whichever way they were read: whole lines of one time beside each other, pieces behind them.
const places = raw(`PARTITION BY ${life}, file, offset < 0 ORDER BY offset, ts, partial, length`)
// `before` is the row in front, or zeros. Written out where they are needed: a column for each costs a fifth more to plan.
const first = raw('(before.1 = 0)')
const again = raw('(before.1 = offset + 2)')

/**
 * `spans`: keys of lines whose numbers do not name their lives. Rows: StretchRow, a bounded number of each life, in the
 * order of their files' names and places.
 */
export function lifeStretches(tenant: string, bounds: LineBounds, spans: readonly SpanKey[] = []): Fragment {
  const { namespaces, pods, uids } = bounds
  const [from, to] = [bounds.first, bounds.last].map((text) => sql`toStartOfHour(${instant(text)})`)
  const lines = sql`SELECT pod_uid AS uid, cluster, namespace, pod, container, restart, ${namingContainerId(spans)} AS containerId,
      ts, file, offset, length, offset + greatest(length, 0) AS end, eof, partial
    FROM logs FINAL WHERE tenant = ${str(tenant)} AND toStartOfHour(ts) >= ${from!} AND toStartOfHour(ts) <= ${to!}
      AND namespace IN ${strs(namespaces)} AND pod IN ${strs(pods)} AND pod_uid IN ${strs(uids)}`
  const marked = sql`SELECT *, lagInFrame((offset + 2, ts, partial, length)) OVER by_place AS before,
      max(end) OVER (${places} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS covered
    FROM (${lines}) WINDOW by_place AS (${places})`
  const begins = sql`${first} OR (offset > covered AND before.4 >= 0)`
  // A long line that came in other pieces before starts at one place several times: that is no clash. Of two lines that end at one place the
  // one that is not marked counts.
  return sql`WITH argMax((ts, eof), (end, offset, NOT eof, -toUnixTimestamp64Nano(ts))) AS last
    SELECT ${raw(life)}, file, toFloat64(min(offset)) AS from, toFloat64(max(end)) AS to,
      argMin(ts, (offset, ts)) AS firstAt, last.1 AS lastAt, min(ts) AS earliest,
      toFloat64(countIf(NOT ${again})) AS places, last.2 = 1 AS ended, toFloat64(sum(eof) - last.2) AS endsInside,
      toFloat64(countIf(length < 0)) AS unmeasured, toFloat64(countIf(${again} AND (before.2 != ts OR before.3 + partial = 0))) AS clashes,
      toFloat64(countIf(NOT ${first} AND NOT ${again} AND offset < covered)) AS overlaps
    FROM (SELECT *, sum(${begins}) OVER by_place AS stretch FROM (${marked}) WINDOW by_place AS (${places}))
    GROUP BY ${raw(life)}, file, offset < 0, stretch ORDER BY ${raw(life)}, file, from LIMIT ${uint(stretchesMax)} BY ${raw(life)}
    SETTINGS max_bytes_before_external_sort = 268435456`
}

// Pure: what dead letters say about lines that are missing. These are ranges of messages that Kafka deleted before
// ingest read them, which may have had lines of any pod, and refused lines, which name their pod.
import { bind, instant, sql, statement, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'
import { refusedMax } from '#shared/pod-model/rows.ts'
import { ofPods, type LineBounds } from './line-counts.ts'
import type { SpanKey } from './line-life.ts'
import { lifeOfLine } from './lines-in-window.ts'

/** Ranges of Kafka that one statement reads at most, newest first. */
const rangesMax = 1000

/** Rows: LossRow. `podKeys`: of the pods, as refused_lines names them; '' is of every pod. */
export const losses = (tenant: string, podKeys: readonly string[]): Fragment =>
  statement(
    'losses',
    sql`SELECT time, toString(reason) AS reason, pod_key AS podKey, toString(container) AS container,
      toFloat64(refused_lines.restart) AS restart, container_id AS containerId, toString(identity) AS letter,
      further, toFloat64(refused_lines.lines) AS lines, file, toFloat64(refused_lines.offset) AS offset,
      toFloat64(refused_lines.length) AS length, '' AS topic, toFloat64(-1) AS partition, toFloat64(0) AS messages
    ${fromTable(tenant, 'refused_lines', { prewhere: true })} AND pod_key IN ${strs(['', ...podKeys])}
    ORDER BY pod_key, refused_lines.time DESC
    LIMIT ${uint(refusedMax)} BY pod_key
    UNION ALL
    SELECT time, toString(reason), '', '', toFloat64(-1), '', toString(identity), 0, toFloat64(0), '', toFloat64(-1),
      toFloat64(-1), toString(topic), toFloat64(pod_losses.partition), toFloat64(pod_losses.messages)
    ${fromTable(tenant, 'pod_losses', { prewhere: true })} AND pod_uid = '' AND reason = 'lost-on-kafka'
    ORDER BY pod_losses.time DESC LIMIT 1 BY identity LIMIT ${uint(rangesMax)}`,
  )

/** Lines of these pods that begin at one of these offsets, in any file. Rows: StoredPlaceRow. */
export const storedPlaces = (
  tenant: string,
  { pods, spans, offsets }: { pods: LineBounds; spans: readonly SpanKey[]; offsets: readonly number[] },
): Fragment =>
  statement(
    'stored-places',
    sql`SELECT DISTINCT ${lifeOfLine(spans)}, file, toFloat64(logs.offset) AS offset, toFloat64(logs.length) AS length,
      ts AS earliest, ts AS lastAt
    ${fromTable(tenant, 'logs')}
      AND toStartOfHour(ts) >= toStartOfHour(${instant(pods.first)})
      AND toStartOfHour(ts) <= toStartOfHour(${instant(pods.last)})
      AND ${ofPods(pods)} AND logs.offset IN ${bind('Array(Int64)', offsets)}
    LIMIT ${uint(placesMax)}`,
  )

/** Where there are more, some refused lines go on counting although they are stored. */
const placesMax = 4 * refusedMax

/** Which of these letters were sent again and stored. Rows: { letter }. */
export const replayedLetters = (tenant: string, letters: readonly string[]): Fragment =>
  statement(
    'replayed-letters',
    sql`SELECT DISTINCT toString(identity) AS letter ${fromTable(tenant, 'dead_letter_replays', { prewhere: true })}
    AND identity IN ${bind('Array(UInt64)', letters)}`,
  )

// Pure: dead letters that may explain what is missing from a life. These are ranges of messages that Kafka deleted
// before ingest read them, which may have had lines of any pod, and refused records that name their pod, file and
// offset.
import { sql, statement, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'

/** Dead letters that one statement reads at most, newest first. */
const lettersMax = 1000

/** Rows: LossRow. `uids`: of the pods from which lines are missing, as they were sent. */
export const losses = (tenant: string, uids: readonly string[]): Fragment =>
  statement(
    'losses',
    sql`SELECT time, reason, pod_uid AS podUid, path, container, toFloat64(pod_losses.restart) AS restart,
      toFloat64(pod_losses.offset) AS offset, topic, toFloat64(pod_losses.partition) AS partition,
      toFloat64(pod_losses.messages) AS messages
    ${fromTable(tenant, 'pod_losses', { prewhere: true })} AND pod_uid IN ${strs(['', ...uids])}
    ORDER BY pod_losses.time DESC LIMIT 1 BY identity LIMIT ${uint(lettersMax)}`,
  )

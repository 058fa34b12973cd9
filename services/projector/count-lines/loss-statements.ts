// Pure: dead letters that may explain what is missing from a life. These are ranges of messages that Kafka deleted
// before ingest read them, which may have had lines of any pod, and refused records that name their pod, file and
// offset.
import { raw, sql, statement, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'

/** Dead letters that one statement reads at most, newest first. */
const lettersMax = 1000
/** The engine searches for at most so many texts at once. */
const uidsMax = 200

/** Rows: LossRow. `uids`: of the pods from which lines are missing, as they were sent. */
export function losses(tenant: string, uids: readonly string[]): Fragment {
  const number = (field: string): string =>
    `toFloat64(if(JSONHas(payload, '${field}'), JSONExtractInt(payload, '${field}'), -1))`
  const named = uids.filter((uid) => uid !== '').slice(0, uidsMax)
  const refused = named.length === 0 ? raw('') : sql` OR multiSearchAny(payload, ${strs(named)})`
  return statement(
    'losses',
    sql`SELECT time, reason, JSONExtractString(payload, 'podUid') AS podUid, JSONExtractString(payload, 'path') AS path,
      JSONExtractString(payload, 'container') AS container, ${raw(number('restart'))} AS restart,
      ${raw(number('offset'))} AS offset,
      JSONExtractString(payload, 'topic') AS topic, ${raw(number('partition'))} AS partition,
      ${raw(number('to'))} - ${raw(number('from'))} AS messages
    ${fromTable(tenant, 'dead_letters')} AND (reason = 'lost-on-kafka'${refused})
    ORDER BY dead_letters.time DESC LIMIT 1 BY identity LIMIT ${uint(lettersMax)}`,
  )
}

// Dead letters that may explain what is missing from a life: ranges that Kafka deleted before they were read, of which nobody knows whose
// lines were in them, and refused records that name their pod and where they stood.
import { raw, sql, statement, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'

/** More letters than this explain no more. */
const lettersMax = 1000
/** The engine searches for at most so many texts at once. */
const uidsMax = 200

/** Rows: LossRow. `uids`: of pods that miss something, as lines carry them. */
export function losses(tenant: string, uids: readonly string[]): Fragment {
  const number = (field: string): string => `toFloat64(if(JSONHas(payload, '${field}'), JSONExtractInt(payload, '${field}'), -1))`
  const named = uids.filter((uid) => uid !== '').slice(0, uidsMax)
  const refused = named.length === 0 ? raw('') : sql` OR multiSearchAny(payload, ${strs(named)})`
  return statement(
    'losses',
    sql`SELECT time, reason, JSONExtractString(payload, 'podUid') AS podUid, JSONExtractString(payload, 'path') AS path,
      JSONExtractString(payload, 'container') AS container, ${raw(number('restart'))} AS restart, ${raw(number('offset'))} AS offset,
      JSONExtractString(payload, 'topic') AS topic, ${raw(number('partition'))} AS partition, ${raw(number('to'))} - ${raw(number('from'))} AS messages
    ${fromTable(tenant, 'dead_letters')} AND (reason = 'lost-on-kafka'${refused}) ORDER BY dead_letters.time DESC LIMIT 1 BY identity LIMIT ${uint(lettersMax)}`,
  )
}

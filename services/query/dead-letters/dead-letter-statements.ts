// Statements of dead letters, newest first, one for each identity. A letter that was stored again has the time at which
// it was stored first.
import { bind, join, raw, sql, statement, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'
import { nanoseconds } from '#shared/lines/line-filter.ts'

export interface DeadLetterFilter {
  tenant: string
  from?: bigint
  to?: bigint
  reasons?: readonly string[]
  /** True: only letters whose records are stored by now; false: only the others. */
  replayed?: boolean
  /** Only letters that are older than this one. */
  after?: { ts: bigint; identity: bigint }
}

/** Keys of a page, read without payloads. Rows: `ts` in ns and `id`, the identity, both as text. */
export function deadLetterKeys(
  { tenant, from, to, reasons, replayed, after }: DeadLetterFilter,
  limit: number,
): Fragment {
  const rows = [fromTable(tenant, 'dead_letters')]
  if (reasons !== undefined) rows.push(sql`reason IN ${strs(reasons)}`)
  if (replayed !== undefined) {
    const done = sql`(SELECT identity ${fromTable(tenant, 'dead_letter_replays')})`
    rows.push(replayed ? sql`identity GLOBAL IN ${done}` : sql`identity GLOBAL NOT IN ${done}`)
  }
  const letters = [raw('true')]
  if (from !== undefined) letters.push(sql`first >= ${nanoseconds(from)}`)
  if (to !== undefined) letters.push(sql`first < ${nanoseconds(to)}`)
  if (after !== undefined)
    letters.push(sql`(first, identity) < (${nanoseconds(after.ts)}, ${bind('UInt64', String(after.identity))})`)
  return statement(
    'dead-letter-page',
    sql`SELECT toString(toUnixTimestamp64Nano(first)) AS ts, toString(identity) AS id
    FROM (SELECT identity, min(time) AS first ${join(rows, ' AND ')} GROUP BY identity)
    WHERE ${join(letters, ' AND ')} ORDER BY first DESC, identity DESC LIMIT ${uint(limit)}`,
  )
}

/** Letters by identity, with everything but their time. Payloads come in base64, since they need not be UTF-8. */
export const deadLettersByIdentity = (tenant: string, identities: readonly bigint[]): Fragment =>
  statement(
    'dead-letters',
    sql`
  SELECT toString(identity) AS id, origin, toString(reason) AS reason, detail, base64Encode(payload) AS payload,
    toString(cluster) AS cluster, toString(node) AS node, toString(agent) AS agent, toString(format) AS format,
    if(payload_bytes = 0, length(dead_letters.payload) >= 65536, payload_bytes > length(dead_letters.payload))
      AS truncated
  ${fromTable(tenant, 'dead_letters')} AND identity IN ${bind('Array(UInt64)', identities)}
  ORDER BY time LIMIT 1 BY identity`,
  )

/** When the records of letters were sent again and stored. Rows: `id` and `at` in ns, both as text. */
export const replaysByIdentity = (tenant: string, identities: readonly bigint[]): Fragment =>
  statement(
    'dead-letter-replays',
    sql`
  SELECT toString(identity) AS id, toString(toUnixTimestamp64Nano(CAST(min(replayed_at), 'DateTime64(9)'))) AS at
  ${fromTable(tenant, 'dead_letter_replays')} AND identity IN ${bind('Array(UInt64)', identities)} GROUP BY identity`,
  )

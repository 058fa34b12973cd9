// Pure: statements of GET /v1/deaths/tail. A death has a place: the revision of the record that had it first, and a
// hash of its name. Later revisions of the pod do not move it (services/projector/obituaries/noted-deaths.ts).
import { bind, join, raw, sql, statement, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { deathColumns, deathsFrom, type DeathFilter, type DeathRow } from './death-statements.ts'

export interface NotedPlace {
  /** Epoch µs as decimal text. */
  noted: string
  /** A hash of 53 bits. */
  id: number
}

export interface NotedDeathRow extends DeathRow, NotedPlace {}

const id = raw(`toFloat64(bitShiftRight(cityHash64(uid, death.container, death.restart, death.container_id), 11))`)

/** Deaths that are known since a revision or a later one, the newest. Rows: NotedPlace. */
export const placesSince = (tenant: string, since: bigint, limit: number): Fragment =>
  statement(
    'deaths-noted-since',
    sql`SELECT toString(revision) AS noted, id
    FROM (SELECT noted AS revision, ${id} AS id ${deathsFrom({ tenant }, { since })})
    ORDER BY revision DESC, id LIMIT ${uint(limit)}`,
  )

export interface NotedRequest {
  /** Only those behind this place. */
  after?: NotedPlace
  /** Only these. */
  ids?: readonly number[]
  limit: number
}

/** Deaths of the filter in the order in which they became known. Rows: NotedDeathRow. */
export function notedDeathsOf(filter: DeathFilter, { after, ids, limit }: NotedRequest): Fragment {
  const since = BigInt(after?.noted ?? 0)
  const conditions = [
    raw('1'),
    ...(after === undefined ? [] : [sql`(revision, id) > (${uint(since)}, ${bind('Float64', after.id)})`]),
    ...(ids === undefined ? [] : [sql`id IN ${bind('Array(Float64)', ids)}`]),
  ]
  return statement(
    'noted-deaths-page',
    sql`SELECT * EXCEPT revision, toString(revision) AS noted FROM (
      SELECT ${deathColumns}, noted AS revision, ${id} AS id ${deathsFrom(filter, { since })}
    ) WHERE ${join(conditions, ' AND ')} ORDER BY revision, id LIMIT ${uint(limit)}`,
  )
}

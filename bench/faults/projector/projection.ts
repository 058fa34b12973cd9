// What a projector has stored of one tenant, without what says when it was written: records, what leads to them, and
// obituaries. Two projections of the same facts and lines are compared row by row.
import { isDeepStrictEqual } from 'node:util'
import { sql, statement, str } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'
import { keyOf } from '#shared/pod-model/handles.ts'
import type { PodRecord } from '#shared/pod-model/record.ts'

export interface Projection {
  records: Map<string, PodRecord>
  /** By kind, value, rank and uid: the rows that lead to records which say the same. */
  lookup: Map<string, object>
  /** Rows that lead to no record, or to one that does not have the handle. */
  misleading: number
  /** By uid. */
  obituaries: Map<string, object>
}

interface LookupRow {
  kind: PodRecord['handles'][number]['kind']
  value: string
  rank: string
  uid: string
}

export async function readProjection(store: LogStore, tenant: string): Promise<Projection> {
  const stored = await store.rows<{ uid: string; record: string }>({
    sql: statement('all-records', sql`SELECT uid, record ${fromTable(tenant, 'pod_revisions', { final: true })}`),
  })
  const records = new Map(stored.map(({ uid, record }) => [uid, JSON.parse(record) as PodRecord]))
  const handles = new Set([...records].flatMap(([uid, record]) => record.handles.map((one) => `${keyOf(one)} ${uid}`)))
  const rows = await store.rows<LookupRow>({
    sql: statement(
      'all-lookup-rows',
      sql`SELECT kind, value, toString(rank) AS rank, uid, cluster, namespace, name, node, outcome,
        toString(first_seen) AS firstSeen, toString(last_seen) AS lastSeen, toString(died_rank) AS diedRank
      ${fromTable(tenant, 'pod_lookup', { final: true })}`,
    ),
  })
  const keyed = rows.map((row) => [`${keyOf(row)} ${row.uid}`, row] as const)
  const leading = keyed.filter(([key]) => handles.has(key))
  return {
    records,
    lookup: new Map(leading),
    misleading: keyed.length - leading.length,
    obituaries: await readObituaries(store, tenant),
  }
}

/** The newest document of each pod, as readers take it. */
async function readObituaries(store: LogStore, tenant: string): Promise<Map<string, object>> {
  const rows = await store.rows<{ uid: string; document: string }>({
    sql: statement(
      'all-obituaries',
      sql`SELECT uid, pod, outcome, died_at, bad, toString(lines) AS lines, document ${fromTable(tenant, 'obituaries')}
      ORDER BY revision DESC, written_at DESC LIMIT 1 BY uid`,
    ),
  })
  return new Map(rows.map((row) => [row.uid, { ...row, document: JSON.parse(row.document) as object }]))
}

/** One sentence for each difference. */
export function differences(one: Projection, other: Projection): string[] {
  return [
    ...differing('record', mapped(one.records), mapped(other.records)),
    ...differing('lookup row', one.lookup, other.lookup),
    ...differing('obituary', one.obituaries, other.obituaries),
  ]
}

const mapped = (records: Projection['records']): Map<string, object> =>
  new Map([...records].map(([uid, record]) => [uid, withoutTimesOfWriting(record)]))

/** Where a pod stood in lists before, and the numbers of its transitions, are of when records were written. */
function withoutTimesOfWriting(record: PodRecord): object {
  const { moved: _, deathMoved: __, transitions = {}, ...rest } = record
  return { ...rest, transitions: Object.keys(transitions).toSorted() }
}

function differing(what: string, one: ReadonlyMap<string, object>, other: ReadonlyMap<string, object>): string[] {
  return [...new Set([...one.keys(), ...other.keys()])].flatMap((key) => {
    const [here, there] = [one.get(key), other.get(key)]
    if (isDeepStrictEqual(here, there)) return []
    if (here === undefined || there === undefined)
      return [`${what} ${key}: only ${here === undefined ? 'after the rebuild' : 'after the kills'}`]
    return [`${what} ${key}: ${fieldsThatDiffer(here, there).join('; ')}`]
  })
}

function fieldsThatDiffer(one: object, other: object): string[] {
  const there = new Map<string, unknown>(Object.entries(other))
  return Object.entries(one)
    .filter(([field, value]) => !isDeepStrictEqual(value, there.get(field)))
    .map(([field, value]) => `${field} ${shortened(value)}, not ${shortened(there.get(field))}`)
}

const shortened = (value: unknown): string => (JSON.stringify(value) ?? 'absent').slice(0, 400)

export interface HalfDone {
  /** Records stored since then. */
  records: number
  /** Pods whose newest fact is in no record yet. */
  pending: number
  /** Newest records without a lookup row of their revision. */
  withoutLookup: number
  /** Records of dead pods without an obituary of their revision. */
  withoutObituary: number
}

/** How the work stands while nobody projects. `since`: epoch µs of the store's clock, as decimal text. */
export async function readHalfDone(store: LogStore, tenant: string, since: string): Promise<HalfDone> {
  const [row] = await store.rows<HalfDone>({
    sql: statement(
      'half-done',
      sql`WITH newest AS (SELECT uid, max(r.revision) AS revision, argMax(r.watermark, r.revision) AS watermark,
          argMax(r.is_deleted, r.revision) AS gone, argMax(JSONExtractBool(record, 'over'), r.revision) AS over
        FROM pod_revisions AS r WHERE tenant = ${str(tenant)} GROUP BY uid)
      SELECT (SELECT toUInt32(count()) FROM (SELECT uid, max(facts_at) AS facts_at ${fromTable(tenant, 'pod_watermarks')}
          AND uid IN (SELECT uid ${fromTable(tenant, 'pods')}) GROUP BY uid) AS w LEFT JOIN newest USING uid
          WHERE w.facts_at > newest.watermark) AS pending,
        (SELECT toUInt32(count()) FROM newest WHERE revision > toUInt64(${str(since)})) AS records,
        (SELECT toUInt32(count()) FROM newest WHERE gone = 0 AND revision > toUInt64(${str(since)})
          AND (uid, revision) NOT IN (SELECT uid, revision ${fromTable(tenant, 'pod_lookup')})) AS withoutLookup,
        (SELECT toUInt32(count()) FROM newest WHERE gone = 0 AND over AND revision > toUInt64(${str(since)})
          AND (uid, revision) NOT IN (SELECT uid, revision ${fromTable(tenant, 'obituaries')})) AS withoutObituary`,
    ),
  })
  return row!
}

export async function hasRecordsSince(store: LogStore, tenant: string, revision: string): Promise<boolean> {
  const rows = await store.rows({
    sql: statement(
      'any-record-since',
      sql`SELECT uid ${fromTable(tenant, 'pod_record_feed')} AND revision > toUInt64(${str(revision)}) LIMIT 1`,
    ),
  })
  return rows.length > 0
}

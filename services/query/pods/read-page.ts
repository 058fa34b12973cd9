// A page of pods from their records. 1. rows of the run that the filter is answered by lead to pods, in order; 2. their records decide; 3. lines of
// those that run are read beside them.
import { compare } from '#shared/compare.ts'
import type { PodRecord } from '#shared/pod-model/record.ts'
import { logUidAliases, type LogUidRow } from '#shared/stored-pods/fact-statements.ts'
import { newestByLogUid } from '#projector/resolve-identity.ts'
import { deathPlaceOf, placeOf } from '#shared/stored-pods/stored-records.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'
import { holdersOf } from './holders.ts'
import { podsOfEvents, podsOfRun, uidsLike, type LookupRow, type PodOrder, type PodPlace, type Run } from './lookup-statements.ts'
import { matches, type PodFilter } from './pod-filter.ts'
import { readRecords, withRunningLines } from './read-records.ts'
import { runOf } from './runs.ts'
import { join, sql, str } from '#shared/clickhouse/sql.ts'

export interface PodPosition extends PodPlace {
  since: bigint
}

export interface PodPageRequest extends PodOrder {
  filter: PodFilter
  position: PodPlace | undefined
  /** Revision at which the listing began: a pod that moved since is visited where it stood then, on each of its pages. */
  since: bigint
  limit: number
}

export interface PodPage {
  records: PodRecord[]
  /** null: every pod was visited. */
  next: PodPosition | null
}

/** Rows of a run beyond the page: rows that were written again, and records that are not what is asked for. */
const rowsBeyond = 50
const rowsMax = 20_000
/** Pods that an address, an Event or the begin of a uid leads to. */
const listedMax = 5000

export async function readPodPage(reading: RowReading, request: PodPageRequest): Promise<PodPage> {
  const { filter, sort, since, limit } = request
  const page = (await readListed(reading, request)) ?? (await readRun(reading, request))
  const taken = page.records.slice(0, limit)
  const last = taken.at(-1)
  const next =
    page.more || page.records.length > limit ? (last === undefined ? null : { ...placeIn(last, { sort, since })!, since }) : null
  return { records: await withRunningLines(reading, filter.tenant, taken), next }
}

interface Found {
  records: PodRecord[]
  more: boolean
}

/** Pods that are listed one by one before they are ordered; undefined where the filter is answered by a run. */
async function readListed(reading: RowReading, request: PodPageRequest): Promise<Found | undefined> {
  const { filter, position, ...listing } = request
  const { tenant, uid, ip, event } = filter
  if (uid === undefined && ip === undefined && event === undefined) return undefined
  const lists = await Promise.all([
    ...(uid === undefined ? [] : [reading.rows<{ uid: string }>(uidsLike(tenant, uid, listedMax))]),
    ...(event === undefined ? [] : [aboutEvents(reading, tenant, event)]),
    ...(ip === undefined ? [] : [everHeld(reading, tenant, ip)]),
  ])
  const uids = lists.map((rows) => new Set(rows.map((row) => row.uid))).reduce((a, b) => a.intersection(b))
  const records = [...(await readRecords(reading, tenant, [...uids])).values()]
  const holders = holdersThen(filter, records)
  const asked = records.filter((record) => (holders === undefined || holders.has(record.uid)) && matches(record, filter))
  const placed = asked.flatMap((record) => {
    const place = placeIn(record, listing)
    return place === undefined || (position !== undefined && order(place, position) <= 0) ? [] : [{ record, place }]
  })
  return { records: placed.toSorted((a, b) => order(a.place, b.place)).map(({ record }) => record), more: false }
}

function holdersThen({ ip, at, from, to }: PodFilter, records: readonly PodRecord[]): Set<string> | undefined {
  if (ip === undefined || (at === undefined && from === undefined && to === undefined)) return undefined
  return holdersOf(records, ip, at === undefined ? { from, to } : { from: at, to: at + 1n })
}

/** Events on a static pod are about the uid of its log path. */
async function aboutEvents({ rows }: RowReading, tenant: string, events: readonly string[]): Promise<{ uid: string }[]> {
  const uids = (await rows<{ uid: string }>(podsOfEvents(tenant, events))).map(({ uid }) => uid)
  const newest = uids.length === 0 ? undefined : newestByLogUid(await rows<LogUidRow>(logUidAliases(tenant, uids)))
  return uids.map((uid) => ({ uid: newest?.get(uid) ?? uid }))
}

/** Every pod that ever had one of these addresses, whatever else is asked for. */
async function everHeld({ rows }: RowReading, tenant: string, ips: readonly string[]): Promise<{ uid: string }[]> {
  const of = (kind: Run['kind']) =>
    rows<LookupRow>(
      podsOfRun(
        { tenant },
        {
          kind,
          value: sql`value IN (${join(
            ips.map((ip) => sql`${str(ip)}`),
            ', ',
          )})`,
        },
        { sort: 'created', since: 0n },
        undefined,
        listedMax,
      ),
    )
  return (await Promise.all([of('ip'), of('host-ip')])).flat()
}

/** In the order of a run; one more than the page where there are more. */
async function readRun(reading: RowReading, { filter, position, limit, ...listing }: PodPageRequest): Promise<Found> {
  const run = runOf(filter, listing.sort)
  const records: PodRecord[] = []
  let after: PodPlace | undefined = position
  for (let size = limit + rowsBeyond; ; size = Math.min(size * 4, rowsMax)) {
    const rows = await reading.rows<LookupRow>(podsOfRun(filter, run, listing, after, size))
    const places = placesOf(rows)
    const byUid = await readRecords(reading, filter.tenant, [...new Set(places.map(({ uid }) => uid))])
    for (const place of places) {
      const record = byUid.get(place.uid)
      if (record === undefined || !matches(record, filter)) continue
      if (placeIn(record, listing)?.rank === place.rank) records.push(record)
    }
    if (rows.length < size) return { records, more: false }
    if (records.length > limit) return { records, more: true }
    const last = rows.at(-1)!
    after = { rank: BigInt(last.rank), uid: last.uid }
  }
}

/** Each once, in their order: rows of several values, or of one that was written again or taken back, come together. */
function placesOf(rows: readonly LookupRow[]): PodPlace[] {
  const places = new Map(rows.map(({ rank, uid }) => [`${rank} ${uid}`, { rank: BigInt(rank), uid }]))
  return [...places.values()]
}

/** Where it stood when the listing began; undefined where it is not among the dead that are listed. */
function placeIn(record: PodRecord, { sort, since }: PodOrder): PodPlace | undefined {
  const [place, moves] = sort === 'died' ? [deathPlaceOf(record), record.deathMoved ?? []] : [placeOf(record), record.moved]
  if (place === undefined) return undefined
  const move = moves.find(({ revision }) => BigInt(revision) >= since)
  return { rank: BigInt(move?.from ?? place), uid: record.uid }
}

const order = (a: PodPlace, b: PodPlace): number => compare(a.rank, b.rank) || compare(a.uid, b.uid)

// A page of pods from their records. 1. rows of the run that the filter is answered by lead to pods, in order; 2. their records decide; 3. lines of
// those that run are read beside them.
import { compare } from '#shared/compare.ts'
import type { PodRecord } from '#shared/pod-model/record.ts'
import { logUidAliases, type LogUidRow } from '#shared/stored-pods/fact-statements.ts'
import { newestByLogUid } from '#projector/resolve-identity.ts'
import { deathPlaceOf, placeOf } from '#shared/stored-pods/stored-records.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'
import { holdersOf } from './holders.ts'
import {
  beginsAs,
  logUidsLike,
  podsOfEvents,
  podsOfRun,
  podsWithAddress,
  uidsLike,
  type LookupRow,
  type PodOrder,
  type PodPlace,
  type PodSort,
  type Run,
} from './lookup-statements.ts'
import { matches, type PodFilter } from './pod-filter.ts'
import { readRecords, withRunningLines } from './read-records.ts'
import { addressRun, runOf } from './runs.ts'
import { sql, strs, type Fragment } from '#shared/clickhouse/sql.ts'
import { invalidParameter, type AfterlogError } from '#shared/errors.ts'

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
/** Pods that an address, an Event or the begin of a uid leads to, and whose records are all read for one page. */
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

/** Pods that are listed one by one before they are ordered; undefined where a run leads to them: nothing else does, or they are too many. */
async function readListed(reading: RowReading, request: PodPageRequest): Promise<Found | undefined> {
  const { filter, position, ...listing } = request
  const { tenant, uid, ip, event } = filter
  const [byUid, byEvent, byAddress] = await Promise.all([
    uid === undefined ? undefined : uidsOf(reading, uidsLike(tenant, uid, listedMax + 1)),
    event === undefined ? undefined : aboutEvents(reading, tenant, event),
    ip === undefined ? undefined : everHeld(reading, filter, ip),
  ])
  const lists = [byUid, byEvent, byAddress].filter((list) => list !== undefined && list.size <= listedMax)
  if (lists.length === 0) return undefined
  const uids = lists.map((list) => list!).reduce((a, b) => a.intersection(b))
  const isTimed = isOfTime(filter)
  // Who had an address then is decided by all that ever had it.
  const records = [...(await readRecords(reading, tenant, [...(isTimed ? byAddress! : uids)])).values()]
  const holders = isTimed ? holdersThen(filter, records) : uids
  const asked = records.filter((record) => uids.has(record.uid) && holders.has(record.uid) && matches(record, filter))
  const placed = asked.flatMap((record) => {
    const place = placeIn(record, listing)
    return place === undefined || (position !== undefined && order(place, position) <= 0) ? [] : [{ record, place }]
  })
  return { records: placed.toSorted((a, b) => order(a.place, b.place)).map(({ record }) => record), more: false }
}

async function uidsOf({ rows }: RowReading, pods: Fragment): Promise<Set<string>> {
  return new Set((await rows<{ uid: string }>(pods)).map(({ uid }) => uid))
}

/** An address is asked for together with a time. */
const isOfTime = ({ ip, at, from, to }: PodFilter): boolean =>
  ip !== undefined && (at !== undefined || from !== undefined || to !== undefined)

const holdersThen = ({ ip, at, from, to }: PodFilter, records: readonly PodRecord[]): Set<string> =>
  holdersOf(records, ip!, at === undefined ? { from, to } : { from: at, to: at + 1n })

/** Events on a static pod are about the uid of its log path. */
async function aboutEvents(reading: RowReading, tenant: string, events: readonly string[]): Promise<Set<string>> {
  const uids = await uidsOf(reading, podsOfEvents(tenant, events, listedMax + 1))
  if (uids.size > listedMax) throw tooMany('event', 'have Events of this name: ask for uids of Events, or for fewer')
  const newest = uids.size === 0 ? undefined : newestByLogUid(await reading.rows<LogUidRow>(logUidAliases(tenant, [...uids])))
  return new Set([...uids].map((uid) => newest?.get(uid) ?? uid))
}

/** Every pod that ever had one of these addresses, whatever else is asked for. */
async function everHeld(reading: RowReading, filter: PodFilter, ips: readonly string[]): Promise<Set<string>> {
  const uids = await uidsOf(reading, podsWithAddress(filter, addressRun(ips), listedMax + 1))
  if (uids.size > listedMax && isOfTime(filter))
    throw tooMany('ip', 'had this address at some time: ask for a cluster, for one address, or without at, from and to')
  return uids
}

const tooMany = (parameter: string, what: string): AfterlogError =>
  invalidParameter(parameter, `more than ${listedMax} pods ${what}`)

/** The run that leads to what is asked for. Uids narrow it, and those of log paths are read beside it, since rows have none. */
async function runLeadingTo(reading: RowReading, filter: PodFilter, sort: PodSort): Promise<Run> {
  const { tenant, uid } = filter
  const run = runOf(filter, sort)
  if (uid === undefined) return run
  const led = await uidsOf(reading, logUidsLike(tenant, uid, listedMax + 1))
  if (led.size > listedMax) throw tooMany('uid', 'have log paths whose uids begin so: ask for more of its characters')
  return { ...run, uid: sql`(${beginsAs('uid', uid)} OR uid IN ${strs([...led])})` }
}

/** In the order of a run; one more than the page where there are more. */
async function readRun(reading: RowReading, { filter, position, limit, ...listing }: PodPageRequest): Promise<Found> {
  const run = await runLeadingTo(reading, filter, listing.sort)
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

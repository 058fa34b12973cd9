// A page of pods in three statements: rows of a run of pod_lookup lead to pods, in order; the records of those pods
// decide which match; lines of the pods that run are read last. No cost grows with the pods there ever were (decision
// 0016).
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
  rowsOfRuns,
  uidsLike,
  type LookupRow,
  type PodOrder,
  type PodPlace,
  type PodSort,
  type Run,
  type RunRows,
} from './lookup-statements.ts'
import { matches, type PodFilter } from './pod-filter.ts'
import { readRecords, withRunningLines } from './read-records.ts'
import { addressRun, runsOf } from './runs.ts'
import { sql, strs, type Fragment } from '#shared/clickhouse/sql.ts'
import { invalidParameter, type AfterlogError } from '#shared/errors.ts'

export interface PodPosition extends PodPlace {
  since: bigint
}

export interface PodPageRequest extends PodOrder {
  filter: PodFilter
  position: PodPlace | undefined
  /** Revision at which the listing began: every page has a pod that moved since then at the place that it had then. */
  since: bigint
  limit: number
}

export interface PodPage {
  records: PodRecord[]
  /** null on the last page. */
  next: PodPosition | null
}

/** So many more records than the page lacks are read, since some do not match; and each time twice as many of both. */
const recordsBeyond = 25
const rowsMax = 20_000
/** Rows of a run that are counted, where a filter has several runs. */
const countedMax = 5000
/**
 * Where an address, an Event or the begin of a uid leads to at most so many pods, all their records are read for one
 * page.
 */
const listedMax = 5000

export async function readPodPage(reading: RowReading, request: PodPageRequest): Promise<PodPage> {
  const { filter, sort, since, limit } = request
  const page = (await readListed(reading, request)) ?? (await readRun(reading, request))
  const taken = page.records.slice(0, limit)
  const last = taken.at(-1)
  const next =
    page.more || page.records.length > limit
      ? last === undefined
        ? null
        : { ...placeIn(last, { sort, since })!, since }
      : null
  return { records: await withRunningLines(reading, filter.tenant, taken), next }
}

interface MatchingRecords {
  records: PodRecord[]
  more: boolean
}

/**
 * All matching pods behind the position, in order, where a uid, an Event or an address leads to at most `listedMax`
 * pods; else undefined, and a run is read instead.
 */
async function readListed(reading: RowReading, request: PodPageRequest): Promise<MatchingRecords | undefined> {
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
  // All pods that ever had an address together decide which of them had it at a time.
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

/** Whether the request asks for an address at a time. */
const isOfTime = ({ ip, at, from, to }: PodFilter): boolean =>
  ip !== undefined && (at !== undefined || from !== undefined || to !== undefined)

const holdersThen = ({ ip, at, from, to }: PodFilter, records: readonly PodRecord[]): Set<string> =>
  holdersOf(records, ip!, at === undefined ? { from, to } : { from: at, to: at + 1n })

/**
 * Uids of the pods that these Events are about. An Event on a static pod has the uid of its log path: aliases lead to
 * the pod.
 */
async function aboutEvents(reading: RowReading, tenant: string, events: readonly string[]): Promise<Set<string>> {
  const uids = await uidsOf(reading, podsOfEvents(tenant, events, listedMax + 1))
  if (uids.size > listedMax)
    throw tooMany('event', events, 'have such Events: ask for uids of Events, or for fewer names')
  const newest =
    uids.size === 0 ? undefined : newestByLogUid(await reading.rows<LogUidRow>(logUidAliases(tenant, [...uids])))
  return new Set([...uids].map((uid) => newest?.get(uid) ?? uid))
}

/** Uids of the pods that ever had one of these addresses. */
async function everHeld(reading: RowReading, filter: PodFilter, ips: readonly string[]): Promise<Set<string>> {
  const uids = await uidsOf(reading, podsWithAddress(filter, addressRun(ips), listedMax + 1))
  if (uids.size > listedMax && isOfTime(filter))
    throw tooMany('ip', ips, 'had such an address: ask for a cluster, for one address, or without at, from and to')
  return uids
}

/** Values that a message names. */
const namedMax = 3

function tooMany(parameter: string, values: readonly string[], what: string): AfterlogError {
  const named = values.slice(0, namedMax).join(', ') + (values.length > namedMax ? ', …' : '')
  return invalidParameter(parameter, `${parameter}=${named}: more than ${listedMax} pods ${what}`)
}

/**
 * The run for the filter, narrowed by its uids. Rows of pod_lookup lack uids of log paths, so aliases lead from those
 * to pods.
 */
async function runLeadingTo(reading: RowReading, filter: PodFilter, sort: PodSort): Promise<Run> {
  const { tenant, uid } = filter
  const run = await shortest(reading, tenant, runsOf(filter, sort))
  if (uid === undefined) return run
  const byLogUid = await uidsOf(reading, logUidsLike(tenant, uid, listedMax + 1))
  if (byLogUid.size > listedMax)
    throw tooMany('uid', uid, 'have log paths whose uids begin so: ask for more characters of the uid')
  return { ...run, uid: sql`(${beginsAs('uid', uid)} OR uid IN ${strs([...byLogUid])})` }
}

/** The run with the fewest rows; the first one, where all have more than `countedMax`. */
async function shortest({ rows }: RowReading, tenant: string, runs: readonly [Run, ...Run[]]): Promise<Run> {
  if (runs.length === 1) return runs[0]
  const counts = await rows<RunRows>(rowsOfRuns(tenant, runs, countedMax))
  const [least] = counts.toSorted((a, b) => Number(a.rows) - Number(b.rows) || a.run - b.run)
  return runs[least!.run]!
}

/** Matching pods behind the position, in the order of the run, until they are more than `limit` or the run ends. */
async function readRun(
  reading: RowReading,
  { filter, position, limit, ...listing }: PodPageRequest,
): Promise<MatchingRecords> {
  const run = await runLeadingTo(reading, filter, listing.sort)
  const records: PodRecord[] = []
  let after: PodPlace | undefined = position
  let factor = 1
  // A pod whose handle was written again has several rows until they are merged. A row costs a hundredth of a record.
  for (let size = 4 * (limit + recordsBeyond); ; size = Math.min(size * 4, rowsMax)) {
    const rows = await reading.rows<LookupRow>(podsOfRun(filter, run, listing, after, size))
    const places = placesOf(rows)
    while (places.length > 0) {
      const some = places.splice(0, (limit + 1 - records.length + recordsBeyond) * factor)
      factor *= 2
      const byUid = await readRecords(reading, filter.tenant, [...new Set(some.map(({ uid }) => uid))])
      for (const place of some) {
        const record = byUid.get(place.uid)
        if (record === undefined || !matches(record, filter)) continue
        if (placeIn(record, listing)?.rank === place.rank) records.push(record)
      }
      after = some.at(-1)
      if (records.length > limit) return { records, more: true }
    }
    if (rows.length < size) return { records, more: false }
  }
}

/**
 * Places of the rows, each once, in their order: several values, and rows that were written again, may have one place.
 */
function placesOf(rows: readonly LookupRow[]): PodPlace[] {
  const places = new Map(rows.map(({ rank, uid }) => [`${rank} ${uid}`, { rank: BigInt(rank), uid }]))
  return [...places.values()]
}

/**
 * The place that the record had at the revision `since`; undefined for a pod without one, which in `died` is a living
 * one.
 */
function placeIn(record: PodRecord, { sort, since }: PodOrder): PodPlace | undefined {
  const [place, moves] =
    sort === 'died' ? [deathPlaceOf(record), record.deathMoved ?? []] : [placeOf(record), record.moved]
  if (place === undefined) return undefined
  const move = moves.find(({ revision }) => BigInt(revision) >= since)
  return { rank: BigInt(move?.from ?? place), uid: record.uid }
}

const order = (a: PodPlace, b: PodPlace): number => compare(a.rank, b.rank) || compare(a.uid, b.uid)

// The keys of a page of pods. Grouping every pod for a page of a hundred costs most of it, so few pods are found first: those that a handle
// leads to, or those of the newest rows. Their keys are the same, proven by what was cut off; where too few pods are sure, more rows are
// taken, then all.
import { compare } from '#shared/compare.ts'
import { living } from '#query/plan/pod-attributes.ts'
import { handleSets, someOf, type Presence } from '#query/plan/pod-handles.ts'
import {
  fitting,
  ledToByAll,
  namelessOf,
  newestNameless,
  newestTold,
  podKeys,
  toldOf,
  type PlacedRow,
  type PodFilter,
  type PodKey,
  type PodPosition,
} from '#query/plan/pods.ts'
import { readHolders } from './addresses.ts'
import { groupKeys, isAsked } from './group-keys.ts'
import { namelessSeen } from './nameless.ts'
import { readPresence, type Uids } from './presence.ts'
import type { RowReading } from './reading.ts'
import { decodeSeen, type SeenRow } from './seen-rows.ts'

export interface PodKeysOptions {
  reading: RowReading
  filter: PodFilter
  position: PodPosition | undefined
  limit: number
  /** Rows to begin with; 0 groups every pod at once. */
  firstRows?: number
  /** Pods of a handle that are looked at one by one. */
  fewMax?: number
  /** Told of pods that are likely the answer, as soon as they are known. */
  onLikely?: (uids: readonly string[]) => void
}

/** Of uids in a list: longer ones take longer to plan than grouping all pods. */
export const uidCharsAtOnce = 100_000
const rowsMax = 20_000
const marksAtOnce = 400
const rowsPerPod = 1.5
const fewOfHandle = 400

type Known = Presence & Uids
type Placed = Pick<SeenRow, 'uid' | 'seen'>
type Place = Pick<PodKeysOptions, 'reading' | 'filter' | 'position' | 'limit'>

/** At most `limit`, in order; fewer mean that there are no more. */
export async function readPodKeys({ firstRows, fewMax = fewOfHandle, onLikely, ...asked }: PodKeysOptions): Promise<PodKey[]> {
  const { reading, limit } = asked
  const known = readPresence(reading, asked.filter.tenant)
  const place = { ...asked, filter: await withHolders(reading, await withMirrors(asked.filter, known)) }
  if (firstRows === 0) return keysOfAll(place, await known)
  const few = await fewOf(place, known, fewMax)
  if (few !== undefined) {
    onLikely?.(few.slice(0, limit))
    return keysAmong(place, few, known)
  }
  for (let rows = firstRows ?? Math.ceil(limit * rowsPerPod) + 50; rows <= rowsMax; rows *= 8) {
    const { uids, cut } = await newest(place, rows, known)
    if (charsOf(uids) > uidCharsAtOnce) break
    onLikely?.(uids.slice(0, limit))
    const keys = await keysAmong(place, uids, known)
    const sure = cut === undefined ? keys : keys.filter(({ last }) => BigInt(last) > cut)
    if (cut === undefined || sure.length === limit) return sure
  }
  return keysOfAll(place, await known)
}

const keysOfAll = ({ reading, filter, position, limit }: Place, known: Known): Promise<PodKey[]> =>
  reading.rows<PodKey>(podKeys(filter, position, limit, known))

/** Static pods are asked for by either uid, also those of which nothing is stored under that of their log path. */
async function withMirrors(filter: PodFilter, known: Promise<Known>): Promise<PodFilter> {
  if (filter.uid === undefined) return filter
  return { ...filter, mirroredAs: (await known).mirroredAs(filter.uid) }
}

/** Who had an address at a time is found out first: the rest of the statement need not know of turns. */
async function withHolders(reading: RowReading, filter: PodFilter): Promise<PodFilter> {
  const { tenant, ip, at, from, to } = filter
  if (ip === undefined || (at === undefined && from === undefined && to === undefined)) return filter
  const when = at === undefined ? { from, to } : { from: at, to: at + 1n }
  return { ...filter, ip: undefined, among: await readHolders(reading, tenant, ip, when) }
}

/** Those that all handles lead to; undefined without handles, and where one leads to many. */
async function fewOf({ reading, filter }: Place, known: Promise<Known>, most: number): Promise<string[] | undefined> {
  const { among, ...others } = filter
  if (!hasHandles(filter)) return undefined
  const { nameless, apiUid } = await known
  const sets = await Promise.all(
    handleSets(filter.tenant, others, { mirrored: false, nameless }).map((set) =>
      reading.rows<{ uid: string }>(someOf(set, most + 1)),
    ),
  )
  const uids = [...(among === undefined ? [] : [among]), ...sets.map((set) => set.map(({ uid }) => uid))]
  if (uids.some((set) => set.length > most || charsOf(set) > uidCharsAtOnce)) return undefined
  return uids
    .map((set) => new Set(set.map(apiUid)))
    .reduce((a, b) => a.intersection(b))
    .values()
    .toArray()
}

const neither: Presence = { mirrored: false, nameless: false }
const hasHandles = (filter: PodFilter): boolean => handleSets(filter.tenant, filter, neither).length > 0
const charsOf = (uids: readonly string[]): number => uids.reduce((chars, uid) => chars + uid.length, 0)

/** Pods of the newest rows; `cut`: epoch ns at which the sources were cut off, undefined where every one of them came whole. */
async function newest(
  { reading, filter, position }: Place,
  rows: number,
  known: Promise<Known>,
): Promise<{ uids: string[]; cut: bigint | undefined }> {
  // Only handles need to know of static pods first.
  const told = async (): Promise<Placed[]> => {
    const placed = await reading.rows<PlacedRow>(newestTold(filter, position, rows, hasHandles(filter) ? await known : neither))
    return placed.map(({ uid, seen }) => ({ uid, seen: BigInt(seen) }))
  }
  const nameless = async (): Promise<Placed[]> => {
    const presence = await known
    if (!presence.nameless) return []
    return namelessSeen(reading, filter.tenant, newestNameless(filter, position, rows, presence))
  }
  const sources = await Promise.all([told(), nameless()])
  const ends = sources.flatMap((source) => (source.length < rows ? [] : [source.at(-1)!.seen]))
  const [own, resolved] = sources
  const seen = [...own, ...(await ofHandles(reading, filter, resolved, known))]
  const { apiUid } = await known
  const ordered = seen.toSorted((a, b) => compare(b.seen, a.seen))
  return { uids: [...new Set(ordered.map(({ uid }) => apiUid(uid)))], cut: ends.toSorted(compare).at(-1) }
}

/** Rows of pods that every handle leads to: whose lines they are is known only now. */
async function ofHandles(reading: RowReading, filter: PodFilter, rows: Placed[], known: Promise<Known>): Promise<Placed[]> {
  if (rows.length === 0 || !hasHandles(filter)) return rows
  const uids = [...new Set(rows.map(({ uid }) => uid))]
  const led = new Set((await reading.rows<{ uid: string }>(ledToByAll(filter, await known, uids))).map(({ uid }) => uid))
  return rows.filter(({ uid }) => led.has(uid))
}

/** Of these pods. */
async function keysAmong(
  { reading, filter, position, limit }: Place,
  uids: readonly string[],
  known: Promise<Known>,
): Promise<PodKey[]> {
  if (uids.length === 0) return []
  const fit = fitting(filter, await known, uids)
  const [keys, fits] = await Promise.all([
    readSeen(reading, filter, uids, known),
    fit === undefined ? undefined : reading.rows<{ uid: string }>(fit),
  ])
  const fitted = fits === undefined ? undefined : new Set(fits.map(({ uid }) => uid))
  const asked = keys.filter((key) => (fitted === undefined || fitted.has(key.uid)) && isAsked(key, filter, position))
  return (await livingThen(reading, filter, asked)).slice(0, limit)
}

async function readSeen(
  reading: RowReading,
  filter: PodFilter,
  uids: readonly string[],
  presence: Promise<Known>,
): Promise<PodKey[]> {
  const told = async (some: readonly string[]): Promise<SeenRow[]> =>
    some.length === 0 ? [] : decodeSeen(await reading.binary(toldOf(filter, some)))
  const wanted = new Set(uids)
  const others = async (): Promise<SeenRow[][]> => {
    const { carried, nameless } = await presence
    return Promise.all([
      told(carried(uids).filter((uid) => !wanted.has(uid))),
      nameless ? namelessSeen(reading, filter.tenant, namelessOf(filter, uids)) : [],
    ])
  }
  const [own, rest] = await Promise.all([told(uids), others()])
  return groupKeys([...own, ...rest.flat()], (await presence).apiUid).filter(({ uid }) => wanted.has(uid))
}

/** Without those that were not seen any more at the time that is asked for; who lives may be silent. */
async function livingThen(reading: RowReading, { tenant, at }: PodFilter, keys: readonly PodKey[]): Promise<PodKey[]> {
  const silent = at === undefined ? [] : keys.filter(({ last }) => BigInt(last) < at)
  if (silent.length === 0) return [...keys]
  const alive = await reading.rows<{ uid: string }>(
    living(
      tenant,
      silent.map(({ uid }) => uid),
    ),
  )
  const over = new Set(silent.map(({ uid }) => uid)).difference(new Set(alive.map(({ uid }) => uid)))
  return keys.filter(({ uid }) => !over.has(uid))
}

/** When anything was stored last about each of these pods: PodKey.marked by uid of the API. */
export async function readMarks(reading: RowReading, tenant: string, uids: readonly string[]): Promise<Map<string, string>> {
  const known = readPresence(reading, tenant)
  const marks = new Map<string, string>()
  for (let from = 0; from < uids.length; from += marksAtOnce)
    for (const { uid, marked } of await readSeen(reading, { tenant }, uids.slice(from, from + marksAtOnce), known))
      marks.set(uid, marked)
  return marks
}

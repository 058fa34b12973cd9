// The keys of a page of pods. Grouping every pod for a page of a hundred costs most of it, so the newest rows are taken first and
// only their pods are grouped: the same keys, proven by what was cut off. Where too few pods are sure, more rows are taken, then all.
import { newestSeen, podKeys, podMarks, type PodFilter, type PodKey, type PodPosition, type SeenRow } from '#query/plan/pods.ts'
import type { Presence } from '#query/plan/pod-handles.ts'
import { presenceOf } from '#query/plan/pod-sources.ts'
import { readHolders } from './addresses.ts'
import type { Reading } from './reading.ts'

export interface PodKeysOptions {
  reading: Pick<Reading, 'rows'>
  filter: PodFilter
  position: PodPosition | undefined
  limit: number
  /** Rows to begin with; 0 groups every pod at once. */
  firstRows?: number
}

/** A statement takes 256 KB of text, its lists included, of which some list the uids several times. */
export const uidCharsAtOnce = 100_000
const rowsMax = 20_000
const marksAtOnce = 400
const rowsPerPod = 1.5

/** At most `limit`, in order; fewer mean that there are no more. */
export async function readPodKeys({ reading, filter: asked, position, limit, firstRows }: PodKeysOptions): Promise<PodKey[]> {
  const [filter, presence] = await Promise.all([withHolders(reading, asked), readPresence(reading, asked.tenant)])
  const few = knownFew(filter, presence)
  if (few !== undefined) return few.length === 0 ? [] : reading.rows<PodKey>(podKeys(filter, position, limit, presence, few))
  const begin = firstRows ?? Math.ceil(limit * rowsPerPod) + 50
  for (let rows = begin; rows > 0 && rows <= rowsMax; rows *= 8) {
    const newest = await reading.rows<SeenRow>(newestSeen(filter, position, rows, presence))
    const among = [...new Set(newest.map(({ uid }) => uid))]
    if (among.reduce((chars, uid) => chars + uid.length, 0) > uidCharsAtOnce) break
    if (among.length === 0) return []
    const keys = await reading.rows<PodKey>(podKeys(filter, position, limit, presence, among))
    const cut = lastOfFull(newest, rows)
    const sure = cut === undefined ? keys : keys.filter(({ last }) => BigInt(last) > cut)
    if (cut === undefined || sure.length === limit) return sure
  }
  return reading.rows<PodKey>(podKeys(filter, position, limit, presence))
}

/** Who had an address at a time is found out first: the rest of the statement need not know of turns. */
async function withHolders(reading: Rows, filter: PodFilter): Promise<PodFilter> {
  const { tenant, ip, at, from, to } = filter
  if (ip === undefined || (at === undefined && from === undefined && to === undefined)) return filter
  const when = at === undefined ? { from, to } : { from: at, to: at + 1n }
  return { ...filter, ip: undefined, among: await readHolders(reading, tenant, ip, when) }
}

/** The only pods that there can be, where they are known and their uids stand for themselves; undefined otherwise. */
function knownFew(filter: PodFilter, { mirrored, nameless }: Presence): readonly string[] | undefined {
  const { among, uid, containerId, image, label, owner, event } = filter
  const others = [uid, containerId, image, label, owner, event].some((handle) => handle !== undefined)
  if (among === undefined || others || mirrored || nameless) return undefined
  return among.reduce((chars, one) => chars + one.length, 0) > uidCharsAtOnce ? undefined : among
}

/** When anything was stored last about each of these pods: PodKey.marked by uid of the API. */
export async function readMarks(
  reading: Pick<Reading, 'rows'>,
  tenant: string,
  uids: readonly string[],
): Promise<Map<string, string>> {
  const presence = await readPresence(reading, tenant)
  const marks = new Map<string, string>()
  for (let from = 0; from < uids.length; from += marksAtOnce) {
    const some = uids.slice(from, from + marksAtOnce)
    const marked =
      presence.mirrored || presence.nameless
        ? podKeys({ tenant }, undefined, some.length, presence, some)
        : podMarks(tenant, some)
    for (const { uid, marked: mark } of await reading.rows<Pick<PodKey, 'uid' | 'marked'>>(marked)) marks.set(uid, mark)
  }
  return marks
}

type Rows = Pick<Reading, 'rows'>

const presenceMs = 1000
const known = new WeakMap<Rows, Map<string, { asked: number; presence: Promise<Presence> }>>()

/** Asked once for an answer, however many statements of it need it. */
export function readPresence(reading: Rows, tenant: string): Promise<Presence> {
  const now = performance.now()
  const ofReading = known.get(reading) ?? new Map<string, { asked: number; presence: Promise<Presence> }>()
  known.set(reading, ofReading)
  const last = ofReading.get(tenant)
  if (last !== undefined && now - last.asked < presenceMs) return last.presence
  const presence = askPresence(reading, tenant)
  ofReading.set(tenant, { asked: now, presence })
  return presence
}

async function askPresence({ rows }: Rows, tenant: string): Promise<Presence> {
  const has = new Set((await rows<{ has: keyof Presence }>(presenceOf(tenant))).map((row) => row.has))
  return { mirrored: has.has('mirrored'), nameless: has.has('nameless') }
}

/** Epoch ns at which the sources were cut off; undefined where every one of them came whole. */
function lastOfFull(newest: readonly SeenRow[], rows: number): bigint | undefined {
  const ends = [...Map.groupBy(newest, ({ nameless }) => nameless).values()].flatMap((source) =>
    source.length < rows ? [] : [source.map(({ seen }) => BigInt(seen)).reduce((a, b) => (a < b ? a : b))],
  )
  return ends.length === 0 ? undefined : ends.reduce((a, b) => (a > b ? a : b))
}

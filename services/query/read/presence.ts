// What most pods have nothing to do with, and a tenant may have none of: static pods, whose lines carry another uid than their pod has in
// the API, and lines that came without a uid. Static pods are few: their uids are translated here, where the engine would join each source.
import { isUidLike, type Presence } from '#query/plan/pod-handles.ts'
import { anyNameless, mirrorRows, type MirrorRow } from '#query/plan/pod-sources.ts'
import type { RowReading } from './reading.ts'

/** Uids of the API and those that lines and Events of static pods carry; all others are both. */
export interface Uids {
  /** That of the API. */
  apiUid(uid: string): string
  /** All under which something of these is stored. */
  carried(uids: readonly string[]): string[]
  /** Those of the API whose static pod carries one of these, or one that begins so. */
  mirroredAs(handles: readonly string[]): string[]
}

const knownMs = 1000
const known = new WeakMap<RowReading, Map<string, { asked: number; presence: Promise<Presence & Uids> }>>()

/** Asked once for an answer, however many statements of it need it. */
export function readPresence(reading: RowReading, tenant: string): Promise<Presence & Uids> {
  const now = performance.now()
  const ofReading = known.get(reading) ?? new Map<string, { asked: number; presence: Promise<Presence & Uids> }>()
  known.set(reading, ofReading)
  const last = ofReading.get(tenant)
  if (last !== undefined && now - last.asked < knownMs) return last.presence
  const presence = askPresence(reading, tenant)
  // Whoever awaits it is told; the next one asks again.
  presence.catch(() => ofReading.delete(tenant))
  ofReading.set(tenant, { asked: now, presence })
  return presence
}

async function askPresence({ rows }: RowReading, tenant: string): Promise<Presence & Uids> {
  const [mirrors, nameless] = await Promise.all([rows<MirrorRow>(mirrorRows(tenant)), rows(anyNameless(tenant))])
  return { mirrored: mirrors.length > 0, nameless: nameless.length > 0, ...uidsOf(mirrors) }
}

/** Pure. A static pod that was made again has several pods of the API one after the other: the newest has its lines. */
export function uidsOf(mirrors: readonly MirrorRow[]): Uids {
  const newest = [...Map.groupBy(mirrors, ({ mirror }) => mirror).values()].map((rows) => rows.reduce(newer))
  const apiUidOf = new Map(newest.map(({ mirror, uid }) => [mirror, uid]))
  const mirrorsOf = Map.groupBy(newest, ({ uid }) => uid)
  return {
    apiUid: (uid) => apiUidOf.get(uid) ?? uid,
    carried: (uids) => [...new Set(uids.flatMap((uid) => [uid, ...(mirrorsOf.get(uid) ?? []).map(({ mirror }) => mirror)]))],
    mirroredAs: (handles) =>
      newest.filter(({ mirror }) => handles.some((handle) => isUidLike(mirror, handle))).map(({ uid }) => uid),
  }
}

function newer(a: MirrorRow, b: MirrorRow): MirrorRow {
  const order = [BigInt(a.born) - BigInt(b.born), BigInt(a.told) - BigInt(b.told)].find((difference) => difference !== 0n)
  return (order ?? (a.uid < b.uid ? -1n : 1n)) < 0n ? b : a
}

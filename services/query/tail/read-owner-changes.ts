// What is new of the pods of an owner, told once: a fact is new by when the store first had it (pod_news), never by its own time, since
// facts come late. What arrived before `floor` was told; what arrived since is remembered, so little that a cursor carries it.
import { newsOf, ownersPods, podsWithNews, type NewsRow, type OwnerFilter } from './owner-statements.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { readStoreClock } from '#shared/store-reading/store-clock.ts'

export interface NewsPlace {
  /** Epoch ms by the store's clock. */
  floor: number
  /** Hashes of what arrived at the floor or later and was told. */
  told: readonly number[]
}

export interface News extends NewsRow {
  id: number
}

export interface OwnerNews {
  /** What was not told yet, oldest first. */
  look(): Promise<News[]>
  tell(news: News): void
  /** Pods whose lines may be shown: their joining was told. */
  readonly joined: ReadonlySet<string>
  place(): NewsPlace
}

/** An insert may become visible after a later one, and long after it began: what is told is remembered for that long, up to so many. */
const unsettledMs = 10_000
const visibleWithinMs = 60_000
/** A pod and its instances are told of at once and stored one after the other: one is told when the others can be seen. */
const companyMs = 500
const toldMax = 48

/** `asOf`: epoch ms of the store's clock; a pod that was stored after it has no record yet, and is new here once it has one. */
export async function createOwnerNews(
  reading: Reading,
  filter: OwnerFilter,
  at: NewsPlace | undefined,
  asOf: number | undefined,
): Promise<OwnerNews> {
  const now = await readStoreClock(reading)
  const readMs = performance.now()
  let floor = at?.floor ?? Math.max(Math.min(asOf ?? now, now), now - visibleWithinMs)
  const before = new Set(at?.told)
  const told = new Map<number, number>()
  const joined = new Set<string>()
  for (const row of await readNews(reading, filter, 0)) {
    const id = idOf(row)
    const isTold = row.arrived < floor || before.has(id)
    if (isTold && row.what === 'joined') joined.add(row.uid)
    if (isTold && row.arrived >= floor) told.set(id, row.arrived)
  }

  /** Given out and not told yet. */
  let pending = new Map<number, number>()
  const storeMs = (): number => now + performance.now() - readMs

  return {
    joined,
    async look() {
      const lookedMs = storeMs()
      const rows = await readNews(reading, filter, floor)
      // What cannot be told for so long never will.
      for (const [id, arrived] of pending) if (arrived < lookedMs - visibleWithinMs) told.set(id, arrived)
      const fresh = rows.map(newsItem).filter(({ id }) => !told.has(id))
      if (fresh.length === 0) raise(lookedMs - visibleWithinMs)
      const next = fresh.slice(0, toldMax)
      pending = new Map(next.map(({ id, arrived }) => [id, arrived]))
      return next.filter(({ what, arrived }) => what === 'joined' || lookedMs - arrived >= companyMs)
    },
    tell({ id, what, uid, arrived }) {
      told.set(id, arrived)
      pending.delete(id)
      if (what === 'joined') joined.add(uid)
      const arrivals = [...told.values()].toSorted((a, b) => b - a)
      raise(Math.max(arrivals[0]! - unsettledMs, (arrivals[toldMax] ?? -1) + 1))
    },
    place: () => ({ floor, told: [...told.keys()] }),
  }

  /** Never past what was not told. */
  function raise(to: number): void {
    floor = Math.max(floor, Math.min(to, ...pending.values()))
    for (const [id, arrived] of told) if (arrived < floor) told.delete(id)
  }
}

/** What was first reported of the owner's pods at `since` (epoch ms) or later, oldest first. */
export async function readNews(reading: Reading, filter: OwnerFilter, since: number): Promise<NewsRow[]> {
  const uids = await readOwnersPods(reading, filter)
  const lately =
    since <= 0 ? uids : (await reading.rows<{ uid: string }>(podsWithNews(filter.tenant, uids, since))).map(({ uid }) => uid)
  return lately.length === 0 ? [] : reading.rows<NewsRow>(newsOf(filter.tenant, lately, since))
}

export const readOwnersPods = async (reading: Reading, filter: OwnerFilter): Promise<string[]> =>
  (await reading.rows<{ uid: string }>(ownersPods(filter))).map(({ uid }) => uid)

export const newsItem = (row: NewsRow): News => ({ ...row, id: idOf(row) })

/** FNV-1a, 32 bits. */
function idOf({ uid, container, restart, what }: NewsRow): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(JSON.stringify([uid, container, restart, what]))) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}

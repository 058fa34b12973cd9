// What is new of the pods of an owner, told once: a fact is new by when the store first had it (pod_news), never by its own time, since
// facts come late. What arrived before `floor` was told; what arrived since is remembered, so little that a cursor carries it.
import { newsOf, ownersPods, storeTime, type NewsRow, type OwnerFilter } from '#query/plan/owner-pods.ts'
import type { Reading } from './reading.ts'

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

/** An insert may become visible after a later one: what is told is remembered for that long, up to so many. */
const unsettledMs = 10_000
const toldMax = 48

export async function createOwnerNews(reading: Reading, filter: OwnerFilter, at: NewsPlace | undefined): Promise<OwnerNews> {
  const { tenant } = filter
  const pods = ownersPods(filter)
  const [clock] = await reading.rows<{ now: number }>(storeTime)
  let floor = at?.floor ?? clock!.now
  const before = new Set(at?.told)
  const told = new Map<number, number>()
  const joined = new Set<string>()
  for (const row of await reading.rows<NewsRow>(newsOf(tenant, pods, 0))) {
    const id = idOf(row)
    const isTold = row.arrived < floor || before.has(id)
    if (isTold && row.what === 'joined') joined.add(row.uid)
    if (isTold && row.arrived >= floor) told.set(id, row.arrived)
  }

  return {
    joined,
    async look() {
      const rows = await reading.rows<NewsRow>(newsOf(tenant, pods, floor))
      return rows.map(newsItem).filter(({ id }) => !told.has(id))
    },
    tell({ id, what, uid, arrived }) {
      told.set(id, arrived)
      if (what === 'joined') joined.add(uid)
    },
    place() {
      const arrivals = [...told.values()].toSorted((a, b) => b - a)
      floor = Math.max(floor, (arrivals[0] ?? 0) - unsettledMs, (arrivals[toldMax] ?? -1) + 1)
      for (const [id, arrived] of told) if (arrived < floor) told.delete(id)
      return { floor, told: [...told.keys()] }
    },
  }
}

export const newsItem = (row: NewsRow): News => ({ ...row, id: idOf(row) })

/** FNV-1a, 32 bits. */
function idOf({ uid, container, restart, what }: NewsRow): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(JSON.stringify([uid, container, restart, what]))) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}

// Pure: keys of pods from what the sources told of them, in the order of the list. What plan/pods.ts podKeys does of every pod in the engine
// is done here for those of a page: planning that statement takes longer than reading their rows.
import { crc32 } from 'node:zlib'
import { compare } from '#shared/compare.ts'
import { settledNs, type PodFilter, type PodKey, type PodPosition } from '#query/plan/pods.ts'
import type { SeenRow } from './seen-rows.ts'

/** In PodPosition.visited. */
export const visitedHash = (uid: string): number => crc32(uid)

/** Of each pod of the API that `rows` tell of, newest lastSeen first, then by uid. */
export function groupKeys(rows: readonly SeenRow[], apiUid: (uid: string) => string): PodKey[] {
  const keys = [...Map.groupBy(rows, ({ uid }) => apiUid(uid))].map(([uid, told]) => keyOf(uid, told))
  return keys.toSorted(
    (a, b) => compare(BigInt(b.last), BigInt(a.last)) || Buffer.compare(Buffer.from(a.uid), Buffer.from(b.uid)),
  )
}

function keyOf(uid: string, told: readonly SeenRow[]): PodKey {
  const spoken = told.filter(({ spoke }) => spoke)
  const counting = spoken.length === 0 ? told : spoken
  const begun = counting.map((row) => row.begun).filter((time) => spoken.length === 0 || time > 0n)
  return {
    uid,
    first: String(begun.length === 0 ? 0n : begun.reduce((a, b) => (a < b ? a : b))),
    last: String(latest(counting.map(({ seen }) => seen))),
    marked: String(latest(told.map(({ toldAt }) => toldAt))),
  }
}

const latest = (times: readonly bigint[]): bigint => times.reduce((a, b) => (a > b ? a : b))

/** Whether it was seen within the times that are asked for and its place is behind the position. */
export function isAsked(key: PodKey, { from, to, at }: PodFilter, position: PodPosition | undefined): boolean {
  const [first, last] = [BigInt(key.first), BigInt(key.last)]
  if (from !== undefined && last < from) return false
  if (to !== undefined && first >= to) return false
  if (at !== undefined && first > at) return false
  if (position === undefined) return true
  if (last < position.last || (last === position.last && isBehind(key.uid, position.uid))) return true
  // A pod that speaks while pages are turned moves up, past the cursor: it is visited late, and once. What is settled stays where it is.
  const { since, visited } = position
  return visited !== undefined && first <= since && last > since - settledNs && !visited.includes(visitedHash(key.uid))
}

/** In the order of the list, of pods seen at one time. */
export const isBehind = (uid: string, other: string): boolean => Buffer.compare(Buffer.from(uid), Buffer.from(other)) > 0

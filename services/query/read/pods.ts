// Reads pods from the store in two steps: a cheap page of keys, then the details of those pods alone: what was written of the dead, where
// nothing was told since, and facts of the others. Outcomes are decided on the way (render/pod.ts), so a filter by outcome walks candidates in chunks until the page is full.

import { lineCounts } from '#query/plan/line-counts.ts'
import * as details from '#query/plan/pod-details.ts'
import { settledNs, type PodFilter, type PodKey, type PodPosition } from '#query/plan/pods.ts'
import type { EventRow, LifeLinesRow, LifeRow, PodRow } from '#shared/pod-model/rows.ts'
import { renderPod, type PodFacts, type PodJson } from '#shared/pod-model/pod.ts'
import { cutSummary } from '#query/render/summary.ts'
import { readCovers, withLosses } from './covers.ts'
import { readFewLines } from './few-lines.ts'
import { isBehind, visitedHash } from './group-keys.ts'
import { createKeptPods, withSealsKept } from './kept-pods.ts'
import { boundsOf, ownersOf } from './line-owners.ts'
import { namelessLifeLines } from './nameless.ts'
import { readPodKeys, uidCharsAtOnce } from './pod-keys.ts'
import { readPresence } from './presence.ts'
import type { RowReading } from './reading.ts'
import { inTime, spansOf } from './timed-lives.ts'
import type { LineCountRow } from '#shared/pod-model/rows.ts'

export interface PodPage {
  /** JSON of each, as GET /v1/pods shows it. */
  pods: Buffer[]
  /** null: every pod was visited. */
  next: PodPosition | null
}

/** Facts without line counts; `counted` adds them, `sealed` adds also what the lines cover of their files and what may explain what is missing. */
export interface PodReader {
  page(filter: PodFilter, position: PodPosition | undefined, limit: number): Promise<PodPage>
  facts(tenant: string, uids: readonly string[]): Promise<PodFacts[]>
  /** `sizes`: bytes and errors as well. */
  counted(tenant: string, facts: readonly PodFacts[], options?: { sizes: boolean }): Promise<PodFacts[]>
  /** `linesMax`: of all of them; those with the most lines are left out beyond. */
  sealed(tenant: string, facts: readonly PodFacts[], options?: { sizes?: boolean; linesMax?: number }): Promise<PodFacts[]>
}

/** Pods that are carried in a cursor, so that one that speaks again is not visited twice: 4 bytes each. */
const visitedMax = 1000
const keysAtOnce = 20_000
const detailsAtOnce = 1_000
const countedAtOnce = 400
/** Lines whose places a page of the list looks at: some tenths of a second. */
const coveredLinesMax = 250_000

export function createPodReader({ reading }: { reading: RowReading }): PodReader {
  const { rows } = reading

  async function facts(tenant: string, uids: readonly string[]): Promise<PodFacts[]> {
    if (uids.length === 0) return []
    const { apiUid, carried, nameless } = await readPresence(reading, tenant)
    const all = carried(uids)
    const [pods, asked, lives, events, lines, others] = await Promise.all([
      rows<PodRow>(details.podRows(tenant, uids)),
      rows<{ uid: string; askedAt: string }>(details.podDeletions(tenant, uids)),
      rows<LifeRow>(details.lifeRows(tenant, uids)),
      rows<EventRow>(details.eventRows(tenant, all)),
      rows<LifeLinesRow>(details.lifeLines(tenant, all)),
      nameless ? namelessLifeLines(reading, tenant, uids) : [],
    ])
    const askedAt = new Map(asked.map((deletion) => [deletion.uid, deletion.askedAt]))
    const uidOf = ({ uid }: { uid: string }) => apiUid(uid)
    const of = {
      row: Map.groupBy(pods, ({ uid }) => uid),
      lives: Map.groupBy(lives, ({ uid }) => uid),
      events: Map.groupBy(events, uidOf),
      lines: Map.groupBy([...lines, ...others], uidOf),
    }
    return uids.map((uid) => {
      const row = of.row.get(uid)?.[0] ?? null
      return {
        uid,
        row: row === null || row.deletedAt === null ? row : { ...row, deletedAt: askedAt.get(uid) ?? row.deletedAt },
        lives: of.lives.get(uid) ?? [],
        events: of.events.get(uid) ?? [],
        lines: of.lines.get(uid) ?? [],
        counts: [],
      }
    })
  }

  async function counted(tenant: string, pods: readonly PodFacts[], { sizes } = { sizes: false }): Promise<PodFacts[]> {
    const done: PodFacts[] = []
    for (let from = 0; from < pods.length; from += countedAtOnce) {
      done.push(...(await countSome(tenant, pods.slice(from, from + countedAtOnce), sizes)))
    }
    return done
  }

  async function sealed(
    tenant: string,
    pods: readonly PodFacts[],
    { sizes = false, linesMax }: { sizes?: boolean; linesMax?: number } = {},
  ): Promise<PodFacts[]> {
    const covered =
      (await readFewLines(reading, tenant, pods, { sizes })) ??
      (await readCovers(reading, tenant, await counted(tenant, pods, { sizes }), linesMax))
    return withLosses(reading, tenant, covered)
  }

  async function countSome(tenant: string, pods: readonly PodFacts[], sizes: boolean): Promise<PodFacts[]> {
    const bounds = boundsOf(pods)
    if (bounds === undefined) return [...pods]
    const counts = ownersOf(await rows<LineCountRow>(lineCounts(tenant, bounds, { spans: spansOf(pods), sizes })))
    return pods.map((pod) => inTime({ ...pod, counts: counts(pod) }))
  }

  /** Of likely pods of a page what was written is read while their keys still are, and then facts of those of whom nothing is. */
  function createFinder(tenant: string): Finder {
    const kept = createKeptPods(reading, tenant)
    let early: Promise<PodFacts[]> = Promise.resolve([])
    return {
      likely(uids) {
        kept.ahead(uids)
        early = kept.unwritten().then((some) => facts(tenant, some))
        // Whoever awaits them is told; nobody may come to it.
        early.catch(() => {})
      },
      async of(keys) {
        const summaries = await kept.of(keys)
        const told = new Map((await early).map((pod) => [pod.uid, pod]))
        const others = keys.filter(({ uid }) => !summaries.has(uid) && !told.has(uid)).map(({ uid }) => uid)
        for (const pod of await facts(tenant, others)) told.set(pod.uid, pod)
        return keys.map(({ uid }) => {
          const summary = summaries.get(uid)
          if (summary !== undefined) return { ...cutSummary(summary), facts: null }
          const looked = told.get(uid)!
          const { pod, verdict } = renderPod(looked)
          return { pod, over: verdict.over, facts: looked }
        })
      },
    }
  }

  /** Pods in order, outcomes decided, with the position behind each. */
  async function* walk(
    filter: PodFilter,
    start: PodPosition | undefined,
    limit: number,
  ): AsyncGenerator<{ pod: Found; behind: PodPosition }> {
    // Asking for keys costs the same however many there are; a filter by outcome may need to look at all of them.
    const atOnce = filter.outcome === undefined ? limit + 1 : keysAtOnce
    const finder = createFinder(filter.tenant)
    let behind = start
    for (let more = true; more;) {
      const keys = await readPodKeys({
        reading,
        filter,
        position: behind,
        limit: atOnce,
        onLikely: (uids) => finder.likely(uids.slice(0, limit + 1)),
      })
      more = keys.length === atOnce
      let step = limit + 1
      for (let from = 0, size = 0; from < keys.length; from += size, step *= 4) {
        size = sizeOfStep(keys, from, Math.min(step, detailsAtOnce))
        const slice = keys.slice(from, from + size)
        for (const [i, pod] of (await finder.of(slice)).entries()) {
          behind = advance(behind, slice[i]!, pod.over, keys[0]!)
          yield { pod, behind }
        }
      }
    }
  }

  async function page(filter: PodFilter, start: PodPosition | undefined, limit: number): Promise<PodPage> {
    const taken: Found[] = []
    let next: PodPosition | null = null
    let more = false
    for await (const { pod, behind } of walk(filter, start, limit)) {
      if (!wanted(pod, filter)) continue
      more = taken.length === limit
      if (more) break
      taken.push(pod)
      next = behind
    }
    return { pods: await rendering(filter.tenant, taken), next: more ? next : null }
  }

  async function rendering(tenant: string, pods: readonly Found[]): Promise<Buffer[]> {
    const told = pods.flatMap((pod) => pod.facts ?? [])
    const looked = await sealed(tenant, told, { linesMax: coveredLinesMax })
    const remembered = await withSealsKept(
      reading,
      tenant,
      looked.map((pod) => renderPod(pod).pod),
    )
    const shown = new Map(remembered.map((pod) => [pod.uid, pod]))
    return pods.map((found) => (found.facts === null ? found.pod : Buffer.from(JSON.stringify(shown.get(found.pod.uid)))))
  }

  return { page, facts, counted, sealed }
}

function sizeOfStep(keys: readonly PodKey[], from: number, most: number): number {
  let size = 0
  for (let chars = 0; size < most && from + size < keys.length && (size === 0 || chars < uidCharsAtOnce); size++)
    chars += keys[from + size]!.uid.length
  return size
}

interface Finder {
  likely(uids: readonly string[]): void
  /** One for each key, in their order: what was written of those of which nothing was told since, facts of the others. */
  of(keys: readonly PodKey[]): Promise<Found[]>
}

/** `facts`: null where what was written of it stands, which is shown as it is. */
type Found = { over: boolean } & ({ pod: PodJson; facts: PodFacts } | { pod: Buffer; facts: null })

function wanted(found: Found, { outcome }: PodFilter): boolean {
  if (outcome === undefined) return true
  const pod = found.facts === null ? (JSON.parse(found.pod.toString()) as PodJson) : found.pod
  return outcome.includes(pod.outcome)
}

function advance(position: PodPosition | undefined, key: PodKey, over: boolean, newest: PodKey): PodPosition {
  const last = BigInt(key.last)
  const since = position?.since ?? BigInt(newest.last)
  const movedUp = position !== undefined && (last > position.last || (last === position.last && isBehind(position.uid, key.uid)))
  const mayMove = movedUp || !over || since - last < settledNs
  const known = position === undefined ? [] : position.visited
  const visited =
    known === undefined || !mayMove ? known : known.length < visitedMax ? [...known, visitedHash(key.uid)] : undefined
  return movedUp ? { ...position, visited } : { last, uid: key.uid, since, visited }
}

// Loads all facts about some pods, with the rows about their lines; resolve-identity.ts decides which lines are whose
// (decision 0016).
import { eventRows, lifeRows, podMaps, podRows } from '#shared/stored-pods/report-statements.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'
import { objectFacts, noObject, type ObjectFacts } from '#shared/pod-model/object-facts.ts'
import { believedUntil, withBelievedTimes } from '#shared/pod-model/believed-times.ts'
import type { PodFacts } from '#shared/pod-model/pod.ts'
import type { EventRow, LifeRow, PodObjectRow, PodRow } from '#shared/pod-model/rows.ts'
import * as statements from '#shared/stored-pods/fact-statements.ts'
import type { LinesRow, LogUidRow, WatermarkRow } from '#shared/stored-pods/fact-statements.ts'
import { newestByLogUid, resolveUnattributed, unresolvedName, unresolvedUid } from './resolve-identity.ts'

export interface LoadedPod {
  facts: PodFacts & { lines: readonly LinesRow[] }
  maps: PodObjectRow
  object: ObjectFacts
  addressReports: Record<string, string>
  deletedAt: string | null
  /** Ids of containers whose unattributed lines belong to another pod. */
  otherPodsContainerIds: string[]
  /**
   * When the newest fact and line were stored: epoch ms of the store's clock, as decimal text; '0' where there is none.
   */
  factsAt: string
  linesAt: string
}

export interface Loaded {
  /** One for each uid that is a pod of its own, also where no fact about it is stored. */
  pods: LoadedPod[]
  /**
   * Uids that are no pods of their own, asked for or not: uids of log paths, and names whose lines all belong to other
   * pods.
   */
  aliases: string[]
  /** Other pods whose lines depend on the same names: they have to be projected too. */
  related: string[]
}

/** `uids`: of pods, of log paths, or unresolved:…, at most some hundreds. */
export async function loadFacts({ rows }: RowReading, tenant: string, uids: readonly string[]): Promise<Loaded> {
  const [askedAliases, askedRows] = await Promise.all([
    rows<LogUidRow>(statements.logUidAliases(tenant, uids)),
    rows<PodRow>(podRows(tenant, uids)),
  ])
  const logUids = [...new Set(askedRows.flatMap(({ mirrorUid }) => (mirrorUid === '' ? [] : [mirrorUid])))]
  const siblingAliases = logUids.length === 0 ? [] : await rows<LogUidRow>(statements.logUidAliases(tenant, logUids))
  const newestOf = newestByLogUid([...askedAliases, ...siblingAliases])
  const aliases = uids.filter((uid) => newestOf.has(uid) && !askedRows.some((row) => row.uid === uid))
  const own = [...new Set(uids.map((uid) => (aliases.includes(uid) ? newestOf.get(uid)! : uid)))]
  const ownLogUids = [...newestOf].filter(([, uid]) => own.includes(uid)).map(([logUid]) => logUid)
  const sentUids = [...new Set([...own, ...ownLogUids])]
  const more = own.filter((uid) => !uids.includes(uid))
  const [otherRows, lives, events, lines, watermarks, maps] = await Promise.all([
    more.length === 0 ? [] : rows<PodRow>(podRows(tenant, more)),
    rows<LifeRow>(lifeRows(tenant, own)),
    rows<EventRow>(eventRows(tenant, sentUids)),
    rows<LinesRow>(statements.linesOfUids(tenant, sentUids)),
    rows<WatermarkRow>(statements.watermarks(tenant, sentUids)),
    rows<PodObjectRow & { uid: string }>(podMaps(tenant, own)),
  ])
  const podRowsOf = [...askedRows, ...otherRows]
  const ownerOf = (uid: string): string => newestOf.get(uid) ?? uid
  const ownNames = podRowsOf.map(({ namespace, name }) => ({ namespace, pod: name }))
  const names = [...ownNames, ...lives, ...lines, ...events, ...own.flatMap(unresolvedName)]
  const unattributed = await resolveUnattributed({ rows }, tenant, names)
  const byUid = <Row extends { uid: string }>(all: readonly Row[]) => Map.groupBy(all, ({ uid }) => ownerOf(uid))
  const byPod = {
    rows: Map.groupBy(podRowsOf, ({ uid }) => uid),
    lives: Map.groupBy(lives, ({ uid }) => uid),
    events: byUid(events),
    lines: byUid([...lines, ...unattributed]),
    watermarks: byUid(watermarks),
    maps: new Map(maps.map(({ uid, ...row }) => [uid, row])),
  }
  const pods = own.map((uid) => {
    const watermarksOfPod = byPod.watermarks.get(uid) ?? []
    const factsAt = newest(watermarksOfPod.map((one) => one.factsAt))
    const until = factsAt === '0' ? undefined : believedUntil(Number(factsAt))
    const deletedAt = least(
      watermarksOfPod.filter((one) => one.uid === uid).flatMap(({ deletionAskedAt }) => deletionAskedAt ?? []),
    )
    const facts = {
      uid,
      row: believedRow(byPod.rows.get(uid)?.[0] ?? null, deletedAt, until),
      lives: byPod.lives.get(uid) ?? [],
      events: byPod.events.get(uid) ?? [],
      lines: byPod.lines.get(uid) ?? [],
      counts: [],
      sentUids: sentUids.filter((one) => ownerOf(one) === uid),
      ...(until === undefined ? {} : { believedUntil: until }),
    }
    const ownMaps = byPod.maps.get(uid)
    const watermark = watermarksOfPod.find((one) => one.uid === uid)
    return {
      facts,
      maps: ownMaps ?? emptyMaps,
      object: ownMaps === undefined ? noObject : objectFacts(ownMaps, watermark?.everHad ?? []),
      addressReports: watermark?.addressReports ?? {},
      deletedAt,
      otherPodsContainerIds: unattributed.flatMap((line) => (line.uid === uid ? [] : [line.containerId])),
      factsAt,
      linesAt: newest(watermarksOfPod.map(({ linesAt }) => linesAt)),
    }
  })
  const others = [
    ...unattributed.map(({ uid }) => uid),
    ...unattributed.map(unresolvedUid),
    ...[...askedAliases, ...siblingAliases].map(({ uid }) => uid),
  ]
  const resolvedNames = new Set(unattributed.map(unresolvedUid)).difference(new Set(unattributed.map(({ uid }) => uid)))
  return {
    pods,
    aliases: [...new Set([...aliases, ...ownLogUids.filter((uid) => !own.includes(uid)), ...resolvedNames])],
    related: [...new Set(others)].filter((uid) => !own.includes(uid)),
  }
}

/** The row with the first request of its deletion, and without times after `until`. */
function believedRow(row: PodRow | null, deletedAt: string | null, until: string | undefined): PodRow | null {
  const first = row === null || row.deletedAt === null ? row : { ...row, deletedAt: deletedAt ?? row.deletedAt }
  return first === null || until === undefined ? first : withBelievedTimes(first, until)
}

const emptyMaps: PodObjectRow = { labels: {}, annotations: {}, object: '{}', controllerKind: '', controllerName: '' }
const least = (times: readonly string[]): string | null => times.toSorted()[0] ?? null
const newest = (times: readonly string[]): string => String(times.reduce((most, ms) => Math.max(most, Number(ms)), 0))

// Loads all facts about some pods, with the rows about their lines; resolve-identity.ts decides which lines are whose
// (decision 0016).
import { eventRows, lifeRows, podRows, type ReportedPod } from '#shared/stored-pods/report-statements.ts'
import type { Fragment } from '#shared/clickhouse/sql.ts'
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
  // Few uids are aliases, so all is read at once, and then what an alias leads to.
  const [askedAliases, asked, askedEvents] = await Promise.all([
    rows<LogUidRow>(statements.logUidAliases(tenant, uids)),
    readFacts({ rows }, tenant, { pods: uids, sentUids: uids }),
    rows<EventRow>(eventRows(tenant, uids)),
  ])
  const logUids = [...new Set(asked.reported.flatMap(({ mirrorUid }) => (mirrorUid === '' ? [] : [mirrorUid])))]
  const siblingAliases = logUids.length === 0 ? [] : await rows<LogUidRow>(statements.logUidAliases(tenant, logUids))
  const newestOf = newestByLogUid([...askedAliases, ...siblingAliases])
  const aliases = uids.filter((uid) => newestOf.has(uid) && !asked.reported.some((row) => row.uid === uid))
  const own = [...new Set(uids.map((uid) => (aliases.includes(uid) ? newestOf.get(uid)! : uid)))]
  const ownLogUids = [...newestOf].filter(([, uid]) => own.includes(uid)).map(([logUid]) => logUid)
  const sentUids = [...new Set([...own, ...ownLogUids])]
  const isMore = (uid: string): boolean => !uids.includes(uid)
  const [others, events] = await Promise.all([
    readFacts({ rows }, tenant, { pods: own.filter(isMore), sentUids: sentUids.filter(isMore) }),
    // In one order, whatever uids they were sent with.
    sentUids.some(isMore) ? rows<EventRow>(eventRows(tenant, sentUids)) : askedEvents,
  ])
  const reported = [...asked.reported, ...others.reported]
  const lives = [...asked.lives, ...others.lives]
  const lines = [...asked.lines, ...others.lines]
  const watermarks = [...asked.watermarks, ...others.watermarks]
  const ownerOf = (uid: string): string => newestOf.get(uid) ?? uid
  const ownNames = reported.map(({ namespace, name }) => ({ namespace, pod: name }))
  const names = [...ownNames, ...lives, ...lines, ...events, ...own.flatMap(unresolvedName)]
  const unattributed = await resolveUnattributed({ rows }, tenant, names)
  const byUid = <Row extends { uid: string }>(all: readonly Row[]) => Map.groupBy(all, ({ uid }) => ownerOf(uid))
  const byPod = {
    reported: new Map(reported.map((pod) => [pod.uid, splitReport(pod)])),
    lives: Map.groupBy(lives, ({ uid }) => uid),
    events: byUid(events),
    lines: byUid([...lines, ...unattributed]),
    watermarks: byUid(watermarks),
  }
  const pods = own.map((uid) => {
    const { row = null, maps } = byPod.reported.get(uid) ?? {}
    const watermarksOfPod = byPod.watermarks.get(uid) ?? []
    const factsAt = newest(watermarksOfPod.map((one) => one.factsAt))
    const until = factsAt === '0' ? undefined : believedUntil(Number(factsAt))
    const deletedAt = least(
      watermarksOfPod.filter((one) => one.uid === uid).flatMap(({ deletionAskedAt }) => deletionAskedAt ?? []),
    )
    const facts = {
      uid,
      row: believedRow(row, deletedAt, until),
      lives: byPod.lives.get(uid) ?? [],
      events: byPod.events.get(uid) ?? [],
      lines: byPod.lines.get(uid) ?? [],
      counts: [],
      sentUids: sentUids.filter((one) => ownerOf(one) === uid),
      ...(until === undefined ? {} : { believedUntil: until }),
    }
    const watermark = watermarksOfPod.find((one) => one.uid === uid)
    return {
      facts,
      maps: maps ?? emptyMaps,
      object: maps === undefined ? noObject : objectFacts(maps, watermark?.everHad ?? []),
      addressReports: watermark?.addressReports ?? {},
      deletedAt,
      otherPodsContainerIds: unattributed.flatMap((line) => (line.uid === uid ? [] : [line.containerId])),
      factsAt,
      linesAt: newest(watermarksOfPod.map(({ linesAt }) => linesAt)),
    }
  })
  const connected = [
    ...unattributed.map(({ uid }) => uid),
    ...unattributed.map(unresolvedUid),
    ...[...askedAliases, ...siblingAliases].map(({ uid }) => uid),
  ]
  const resolvedNames = new Set(unattributed.map(unresolvedUid)).difference(new Set(unattributed.map(({ uid }) => uid)))
  return {
    pods,
    aliases: [...new Set([...aliases, ...ownLogUids.filter((uid) => !own.includes(uid)), ...resolvedNames])],
    related: [...new Set(connected)].filter((uid) => !own.includes(uid)),
  }
}

interface Facts {
  reported: ReportedPod[]
  lives: LifeRow[]
  lines: LinesRow[]
  watermarks: WatermarkRow[]
}

/** `sentUids`: of pods and of log paths, with which lines were sent. */
async function readFacts(
  { rows }: Pick<RowReading, 'rows'>,
  tenant: string,
  { pods, sentUids }: { pods: readonly string[]; sentUids: readonly string[] },
): Promise<Facts> {
  const read = <Row>(uids: readonly string[], of: (tenant: string, uids: readonly string[]) => Fragment) =>
    uids.length === 0 ? [] : rows<Row>(of(tenant, uids))
  const [reported, lives, lines, watermarks] = await Promise.all([
    read<ReportedPod>(pods, podRows),
    read<LifeRow>(pods, lifeRows),
    read<LinesRow>(sentUids, statements.linesOfUids),
    read<WatermarkRow>(sentUids, statements.watermarks),
  ])
  return { reported, lives, lines, watermarks }
}

function splitReport(pod: ReportedPod): { row: PodRow; maps: PodObjectRow } {
  const { labels, annotations, object, controllerKind, controllerName, ...row } = pod
  return { row, maps: { labels, annotations, object, controllerKind, controllerName } }
}

/** The row with the first request of its deletion, and without times after `until`. */
function believedRow(row: PodRow | null, deletedAt: string | null, until: string | undefined): PodRow | null {
  const first = row === null || row.deletedAt === null ? row : { ...row, deletedAt: deletedAt ?? row.deletedAt }
  return first === null || until === undefined ? first : withBelievedTimes(first, until)
}

const emptyMaps: PodObjectRow = { labels: {}, annotations: {}, object: '{}', controllerKind: '', controllerName: '' }
const least = (times: readonly string[]): string | null => times.toSorted()[0] ?? null
const newest = (times: readonly string[]): string => String(times.reduce((most, ms) => Math.max(most, Number(ms)), 0))

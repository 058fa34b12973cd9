// Loads all that is reported of some pods, with the lines that are theirs (resolve-identity.ts).
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
  /** Ids of containers whose lines without a uid are another pod's. */
  ledElsewhere: string[]
  /** Epoch ms of the store's clock, as decimal text: the newest fact and line. */
  factsAt: string
  linesAt: string
}

export interface Loaded {
  /** One for each uid that is a pod of its own, also where nothing is reported of it. */
  pods: LoadedPod[]
  /** Uids that name no pod of their own, asked for or not: log uids, and names all of whose lines are of others. */
  aliases: string[]
  /** Other pods whose lines depend on the same names: they are to be projected too. */
  related: string[]
}

/** `uids`: of the API, of log paths, or unresolved:…, at most some hundreds. */
export async function loadFacts({ rows }: RowReading, tenant: string, uids: readonly string[]): Promise<Loaded> {
  const [asked, ownMirrors] = await Promise.all([
    rows<LogUidRow>(statements.logUidAliases(tenant, uids)),
    rows<PodRow>(podRows(tenant, uids)),
  ])
  const logUids = [...new Set(ownMirrors.flatMap(({ mirrorUid }) => (mirrorUid === '' ? [] : [mirrorUid])))]
  const siblings = logUids.length === 0 ? [] : await rows<LogUidRow>(statements.logUidAliases(tenant, logUids))
  const newestOf = newestByLogUid([...asked, ...siblings])
  const aliases = uids.filter((uid) => newestOf.has(uid) && !ownMirrors.some((row) => row.uid === uid))
  const own = [...new Set(uids.map((uid) => (aliases.includes(uid) ? newestOf.get(uid)! : uid)))]
  const sent = [...new Set([...own, ...[...newestOf].filter(([, uid]) => own.includes(uid)).map(([logUid]) => logUid)])]
  const more = own.filter((uid) => !uids.includes(uid))
  const [otherRows, lives, events, lines, marks, maps] = await Promise.all([
    more.length === 0 ? [] : rows<PodRow>(podRows(tenant, more)),
    rows<LifeRow>(lifeRows(tenant, own)),
    rows<EventRow>(eventRows(tenant, sent)),
    rows<LinesRow>(statements.linesOfUids(tenant, sent)),
    rows<WatermarkRow>(statements.watermarks(tenant, sent)),
    rows<PodObjectRow & { uid: string }>(podMaps(tenant, own)),
  ])
  const podRowsOf = [...ownMirrors, ...otherRows]
  const ownerOf = (uid: string): string => newestOf.get(uid) ?? uid
  const names = [
    ...podRowsOf.map(({ namespace, name }) => ({ namespace, pod: name })),
    ...lives,
    ...lines,
    ...events,
    ...own.flatMap(unresolvedName),
  ]
  const unattributed = await resolveUnattributed({ rows }, tenant, names)
  const byUid = <Row extends { uid: string }>(all: readonly Row[]) => Map.groupBy(all, ({ uid }) => ownerOf(uid))
  const of = {
    row: Map.groupBy(podRowsOf, ({ uid }) => uid),
    lives: Map.groupBy(lives, ({ uid }) => uid),
    events: byUid(events),
    lines: byUid([...lines, ...unattributed]),
    marks: byUid(marks),
    maps: new Map(maps.map(({ uid, ...row }) => [uid, row])),
  }
  const pods = own.map((uid) => {
    const marksOf = of.marks.get(uid) ?? []
    const factsAt = newest(marksOf.map((mark) => mark.factsAt))
    const until = factsAt === '0' ? undefined : believedUntil(Number(factsAt))
    const row = of.row.get(uid)?.[0] ?? null
    const deletedAt = least(marksOf.filter((one) => one.uid === uid).flatMap(({ deletionAskedAt }) => deletionAskedAt ?? []))
    const known = row === null || row.deletedAt === null ? row : { ...row, deletedAt: deletedAt ?? row.deletedAt }
    const facts = {
      uid,
      row: known === null || until === undefined ? known : withBelievedTimes(known, until),
      lives: of.lives.get(uid) ?? [],
      events: of.events.get(uid) ?? [],
      lines: of.lines.get(uid) ?? [],
      counts: [],
      sentUids: sent.filter((one) => ownerOf(one) === uid),
      ...(until === undefined ? {} : { believedUntil: until }),
    }
    const map = of.maps.get(uid)
    const mark = marksOf.find((one) => one.uid === uid)
    return {
      facts,
      maps: map ?? emptyMaps,
      object: map === undefined ? noObject : objectFacts(map, mark?.everHad ?? []),
      addressReports: mark?.addressReports ?? {},
      deletedAt,
      ledElsewhere: unattributed.flatMap((line) => (line.uid === uid ? [] : [line.containerId])),
      factsAt,
      linesAt: newest(marksOf.map(({ linesAt }) => linesAt)),
    }
  })
  const others = [
    ...unattributed.map(({ uid }) => uid),
    ...unattributed.map(unresolvedUid),
    ...[...asked, ...siblings].map(({ uid }) => uid),
  ]
  const logUidsOfOwn = sent.filter((uid) => !own.includes(uid))
  const related = [...new Set(others)].filter((uid) => !own.includes(uid))
  const led = new Set(unattributed.map(unresolvedUid)).difference(new Set(unattributed.map(({ uid }) => uid)))
  return { pods, aliases: [...new Set([...aliases, ...logUidsOfOwn, ...led])], related }
}

const emptyMaps: PodObjectRow = { labels: {}, annotations: {}, object: '{}', controllerKind: '', controllerName: '' }
const least = (times: readonly string[]): string | null => times.toSorted()[0] ?? null
const newest = (marks: readonly string[]): string => String(marks.reduce((most, mark) => Math.max(most, Number(mark)), 0))

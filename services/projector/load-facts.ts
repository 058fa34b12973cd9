// Loads all that is reported of some pods and resolves whose lines are whose: the one place where identity is decided. An alias leads lines to the
// newest pod with it: a log uid to a static pod, a container id to the pod of that container. Lines that nothing leads to
// stand under a name, unresolved:<cluster>/<namespace>/<pod>.
import { eventRows, lifeRows, podMaps, podRows } from '#query/plan/pod-details.ts'
import type { RowReading } from '#query/read/reading.ts'
import { objectFacts, noObject, type ObjectFacts } from '#shared/pod-model/object-facts.ts'
import type { PodFacts } from '#shared/pod-model/pod.ts'
import type { EventRow, LifeRow, PodObjectRow, PodRow } from '#shared/pod-model/rows.ts'
import * as statements from './fact-statements.ts'
import type { ContainerIdRow, LinesRow, LogUidRow, WatermarkRow } from './fact-statements.ts'

export interface LoadedPod {
  facts: PodFacts & { lines: readonly LinesRow[] }
  maps: PodObjectRow
  object: ObjectFacts
  addressReports: Record<string, string>
  deletedAt: string | null
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
    const row = of.row.get(uid)?.[0] ?? null
    const deletedAt = least(marksOf.filter((mark) => mark.uid === uid).flatMap(({ deletionAskedAt }) => deletionAskedAt ?? []))
    const facts = {
      uid,
      row: row === null || row.deletedAt === null ? row : { ...row, deletedAt: deletedAt ?? row.deletedAt },
      lives: of.lives.get(uid) ?? [],
      events: of.events.get(uid) ?? [],
      lines: of.lines.get(uid) ?? [],
      counts: [],
    }
    const map = of.maps.get(uid)
    return {
      facts,
      maps: map ?? emptyMaps,
      object: map === undefined ? noObject : objectFacts(map),
      addressReports: marksOf.find((mark) => mark.uid === uid)?.addressReports ?? {},
      deletedAt,
      factsAt: newest(marksOf.map(({ factsAt }) => factsAt)),
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

/** Lines under these names that came without a uid, each with the uid of the pod that they belong to. */
async function resolveUnattributed(
  { rows }: Pick<RowReading, 'rows'>,
  tenant: string,
  names: readonly { namespace: string; pod: string }[],
): Promise<LinesRow[]> {
  if (names.length === 0) return []
  const asked = new Set(names.map(nameKey))
  const [namespaces, pods] = [names.map(({ namespace }) => namespace), names.map(({ pod }) => pod)].map((all) => [
    ...new Set(all),
  ])
  const all = await rows<LinesRow>(statements.unattributedLines(tenant, namespaces!, pods!))
  const lines = all.filter((line) => asked.has(nameKey(line)))
  const ids = [...new Set(lines.map(({ containerId }) => containerId))].filter((id) => id !== '')
  if (lines.length === 0) return []
  const lifeOf = await newestInstances({ rows }, tenant, ids)
  return lines.map((line) => {
    const life = lifeOf.get(line.containerId)
    return life === undefined
      ? { ...line, uid: unresolvedUid(line) }
      : { ...line, uid: life.uid, container: life.container, restart: life.restart }
  })
}

/** By container id without scheme: the newest instance with it. */
export async function newestInstances(
  { rows }: Pick<RowReading, 'rows'>,
  tenant: string,
  containerIds: readonly string[],
): Promise<Map<string, ContainerIdRow>> {
  if (containerIds.length === 0) return new Map()
  const aliases = await rows<ContainerIdRow>(statements.containerIdAliases(tenant, containerIds))
  return new Map(
    [...Map.groupBy(aliases, ({ containerId }) => containerId)].map(([id, ofId]) => [id, ofId.reduce(newerInstance)]),
  )
}

/** The name of a pod that only its name tells of. */
const unresolvedUid = ({ cluster, namespace, pod }: Pick<LinesRow, 'cluster' | 'namespace' | 'pod'>): string =>
  `unresolved:${cluster}/${namespace}/${pod}`

function unresolvedName(uid: string): { namespace: string; pod: string }[] {
  const match = /^unresolved:.*\/([^/]+)\/([^/]+)$/.exec(uid)
  return match === null ? [] : [{ namespace: match[1]!, pod: match[2]! }]
}

const nameKey = ({ namespace, pod }: { namespace: string; pod: string }): string => JSON.stringify([namespace, pod])

/** A static pod that was made again has several pods of the API one after the other: the newest has its lines. */
export function newestByLogUid(rows: readonly LogUidRow[]): Map<string, string> {
  const newer = (a: LogUidRow, b: LogUidRow): LogUidRow => {
    const order = [BigInt(a.createdAt) - BigInt(b.createdAt), BigInt(a.version) - BigInt(b.version)].find((one) => one !== 0n)
    return (order ?? (a.uid < b.uid ? -1n : 1n)) < 0n ? b : a
  }
  return new Map([...Map.groupBy(rows, ({ logUid }) => logUid)].map(([logUid, ofOne]) => [logUid, ofOne.reduce(newer).uid]))
}

function newerInstance(a: ContainerIdRow, b: ContainerIdRow): ContainerIdRow {
  const order = BigInt(a.version) - BigInt(b.version)
  return order < 0n || (order === 0n && a.uid < b.uid) ? b : a
}

const emptyMaps: PodObjectRow = { labels: {}, annotations: {}, object: '{}', controllerKind: '', controllerName: '' }
const least = (times: readonly string[]): string | null => times.toSorted()[0] ?? null
const newest = (marks: readonly string[]): string => String(marks.reduce((most, mark) => Math.max(most, Number(mark)), 0))

// facts ─► identity ─► lines counted ─► rules ─► record. The projection of some pods: the projector stores what it makes, and GET /v1/pods/{uid} and
// the obituary run it where a record is stale.
import { readScenes } from './load-scenes.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'
import { sceneKey } from '#shared/pod-model/death-scene.ts'
import { renderPod, type PodFacts, type RenderedPod } from '#shared/pod-model/pod.ts'
import type { LineLife, PodObjectRow } from '#shared/pod-model/rows.ts'
import { recordOf, type PodRecord } from '#shared/pod-model/record.ts'
import { lifeName, livesOnRecord, withArchivedSeals, withRecordedLines } from '#shared/pod-model/archived-seals.ts'
import { rulesVersion } from '#shared/pod-model/rules-version.ts'
import { loadFacts, type LoadedPod } from './load-facts.ts'
import { newestRecords, storedRecords, type StoredRecord } from '#shared/stored-pods/stored-records.ts'
import type { MeasuredLine } from '#shared/lines/row-decoder.ts'
import { sealLines } from './seal-lines.ts'
import { livesOfLines, splitLines } from '#shared/stored-pods/running-lines.ts'
import { spansOf } from './count-lines/timed-lives.ts'
import type { LinesRow } from '#shared/stored-pods/fact-statements.ts'

export interface ProjectedPod {
  record: PodRecord
  facts: PodFacts
  rendered: RenderedPod
  maps: PodObjectRow
  factsAt: string
  linesAt: string
  /** All its lines, where it is over and they were read themselves. */
  lines?: readonly MeasuredLine[]
}

export interface Projection {
  pods: ProjectedPod[]
  /** Uids that are no pods of their own. One whose record is frozen, or of which nothing is reported any more, is neither here nor in `pods`. */
  absent: string[]
  /** Pods to project too. */
  related: string[]
  /** All that is stored of these, and of what was asked for. */
  stored: StoredRecord[]
}

export interface ProjectOptions {
  /** Lines of lives that a record has with their ends are not counted again. */
  keepCounts?: boolean
  /** Lines of lives that run which may be looked through: their seals then say what is missing so far. */
  checkedLinesMax?: number
}

/** `uids`: in any form that names a pod, at most some hundreds. */
export async function project(
  reading: RowReading,
  tenant: string,
  uids: readonly string[],
  { keepCounts = false, checkedLinesMax = 0 }: ProjectOptions = {},
): Promise<Projection> {
  const [{ pods, aliases, related }, asked] = await Promise.all([
    loadFacts(reading, tenant, uids),
    reading.rows<StoredRecord>(storedRecords(tenant, uids)),
  ])
  // Aliases lead to pods that were not asked for, and pods to aliases that had records of their own.
  const more = [...pods.map(({ facts }) => facts.uid), ...aliases].filter((uid) => !uids.includes(uid))
  const stored = more.length === 0 ? asked : [...asked, ...(await reading.rows<StoredRecord>(storedRecords(tenant, more)))]
  const newest = newestRecords(stored)
  const known = pods.filter((pod) => isReported(pod) && concluded(newest.get(pod.facts.uid))?.frozen !== true)
  const scenes = await readScenes(
    reading,
    tenant,
    known.map(({ facts }) => sceneKey(facts)),
  )
  const placed = known.map((pod, i) => ({ ...pod, facts: { ...pod.facts, ...scenes[i]! } }))
  const counted = await countLines(
    reading,
    tenant,
    placed.map((pod) => ({ pod, record: keepCounts ? recordOfCounts(pod, newest.get(pod.facts.uid)) : undefined })),
    checkedLinesMax,
  )
  return {
    pods: counted.map((pod) => projectOne(pod, newest.get(pod.facts.uid))),
    absent: aliases,
    related,
    stored,
  }
}

/** The record, where it may say how many lines lives had that have ended. Lines of a living pod that come late are counted when they are reported. */
function recordOfCounts({ linesAt }: LoadedPod, row: StoredRecord | undefined): PodRecord | undefined {
  if (row === undefined || row.isDeleted === 1 || row.rulesVersion !== rulesVersion) return undefined
  const record = JSON.parse(row.record) as PodRecord
  return !record.living && Number(row.linesAt) < Number(linesAt) ? undefined : record
}

/** `before`: it still has what expired lines said. */
function projectOne(pod: CountedPod, before: StoredRecord | undefined): ProjectedPod {
  const {
    facts,
    maps,
    object,
    addressReports,
    deletedAt,
    factsAt,
    linesAt,
    runningLives,
    record: counts,
    onRecord,
    readLines,
  } = pod
  const counted = withArchivedSeals(renderPod(facts), concluded(before))
  const rendered = counts === undefined ? counted : withRecordedLines(counted, counts, onRecord)
  const record = recordOf({ facts, rendered, object, addressReports, deletedAt, runningLives })
  return { record, facts, rendered, maps, factsAt, linesAt, ...(readLines === undefined ? {} : { lines: readLines }) }
}

interface CountedPod extends LoadedPod {
  runningLives: string[]
  record: PodRecord | undefined
  /** Lives whose lines `record` counted. */
  onRecord: ReadonlySet<string>
  readLines: readonly MeasuredLine[] | undefined
}

/** Lines of lives that have ended are counted and looked through, where no record says their number; those of lives that run are estimated, and looked through where they are few. */
async function countLines(
  reading: RowReading,
  tenant: string,
  pods: readonly { pod: LoadedPod; record: PodRecord | undefined }[],
  checkedLinesMax: number,
): Promise<CountedPod[]> {
  const isFew = ({ estimate }: LinesRow): boolean => Number(estimate) <= checkedLinesMax
  const split = pods.map(({ pod, record }) => {
    const rendered = renderPod(pod.facts)
    const { ended, running, shared } = splitLines(rendered, pod.facts.lines)
    const onRecord = record === undefined || shared.length > 0 ? new Map<LinesRow, string>() : rowsOnRecord(pod, rendered, record)
    const { few = [], many = [] } = Object.groupBy(running, (line) => (isFew(line) ? 'few' : 'many'))
    const counted = [...ended.filter((line) => !onRecord.has(line)), ...shared, ...few]
    return { pod, record, onRecord, counted, others: [...onRecord.keys(), ...many], many, running }
  })
  const sealed = await sealLines(
    reading,
    tenant,
    split.map(({ pod, counted }) => ({ ...pod.facts, lines: counted })),
  )
  return split.map(({ pod, record, onRecord, counted, others, many, running }, i) => {
    const { facts, lines } = sealed[i]!
    const { counts, stretches = [], losses = [] } = facts
    // Lines are read by uid and time, and may be of other lives than those that were to be counted.
    const isOfOthers = (row: LineLife): boolean =>
      others.some((line) => isOf(line, row)) && !counted.some((line) => isOf(line, row))
    return {
      ...pod,
      facts: {
        ...pod.facts,
        lines: [...(facts.lines as LinesRow[]), ...others],
        counts: [...counts.filter((row) => !isOfOthers(row)), ...many.map(estimateOf)],
        stretches: stretches.filter((row) => !isOfOthers(row)),
        losses,
      },
      runningLives: running.flatMap(({ lifeHashes }) => lifeHashes),
      record,
      onRecord: new Set(onRecord.values()),
      readLines: others.length === 0 && running.length === 0 ? lines : undefined,
    }
  })
}

/** Lines whose number the record says, with the names of their lives: all lines of a life came under its number and the uid of its pod. */
function rowsOnRecord({ facts }: LoadedPod, rendered: RenderedPod, record: PodRecord): Map<LinesRow, string> {
  if (spansOf([facts]).size > 0) return new Map()
  const names = livesOnRecord(rendered, record)
  const rowsOf = Map.groupBy(facts.lines, (line) => livesOfLines(line, rendered.lives)[0])
  return new Map(
    [...rowsOf].flatMap(([life, rows]): [LinesRow, string][] => {
      const [row] = rows
      if (life === undefined || row === undefined || rows.length > 1 || row.nameless === 1 || row.restart < 0) return []
      const name = lifeName(life.container, life)
      return names.has(name) ? [[row, name]] : []
    }),
  )
}

const isOf = (line: LinesRow, { container, restart, containerId }: LineLife): boolean =>
  line.container === container && line.restart === restart && (containerId === '' || line.containerId === containerId)

const estimateOf = ({ uid, cluster, namespace, pod, container, restart, containerId, estimate }: LinesRow) => ({
  uid,
  cluster,
  namespace,
  pod,
  container,
  restart,
  containerId,
  lines: estimate,
  stored: estimate,
  estimate: true,
})

const concluded = (row: StoredRecord | undefined): PodRecord | undefined =>
  row === undefined || row.isDeleted === 1 ? undefined : (JSON.parse(row.record) as PodRecord)

const isReported = ({ facts: { row, lives, events, lines } }: LoadedPod): boolean =>
  row !== null || lives.length > 0 || events.length > 0 || lines.length > 0

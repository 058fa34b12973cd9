// The projection of some pods: facts ─► identity ─► lines counted ─► rules ─► record. The projector stores the records;
// GET /v1/pods/{uid} and the obituary run the projection inside a request (decision 0016).
import { readScenes } from './load-scenes.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'
import { sceneKey } from '#shared/pod-model/death-scene.ts'
import { renderPod, type PodFacts, type RenderedPod } from '#shared/pod-model/pod.ts'
import { lostLines, mostLines } from '#shared/pod-model/line-days.ts'
import type { LineLife, PodObjectRow } from '#shared/pod-model/rows.ts'
import { recordOf, type PodRecord } from '#shared/pod-model/record.ts'
import {
  lifeName,
  livesOnRecord,
  withArchivedSeals,
  withRecordedLines,
  withUndecidedLines,
} from '#shared/pod-model/archived-seals.ts'
import { rulesVersion } from '#shared/pod-model/rules-version.ts'
import { loadFacts, type LoadedPod } from './load-facts.ts'
import { newestRecords, recordIn, storedRecords, type StoredRecord } from '#shared/stored-pods/stored-records.ts'
import type { MeasuredLine } from '#shared/lines/row-decoder.ts'
import { sealLines } from './seal-lines.ts'
import { smallPodLinesMax } from './count-lines/small-pods.ts'
import { estimateOf, livesOfLines, rowsOfRunning, splitLines } from '#shared/stored-pods/running-lines.ts'
import { lifeOf } from './count-lines/line-counts.ts'
import { spansOf, underNewestLife } from './count-lines/timed-lives.ts'
import type { LinesRow } from '#shared/stored-pods/fact-statements.ts'
import { identityOf, type PodIdentity } from '#shared/stored-pods/pod-identity.ts'

export interface ProjectedPod {
  record: PodRecord
  facts: PodFacts
  /** Hashes, as pod_change_feed has them, of its lives with lines. */
  lifeHashes: string[]
  /** Under which fragments of its lines were sent. */
  fragmentUids: string[]
  rendered: RenderedPod
  maps: PodObjectRow
  factsAt: string
  linesAt: string
  /** Whether ended lives have more lines than may be counted: their numbers are estimates. */
  isLarge: boolean
  /**
   * Whether so many lines of it that it is large were counted before, and no life has ended since; undefined where they
   * are still to be counted, for the first time or by newer rules.
   */
  wasCounted: boolean | undefined
  /** Works out which lines are of the pod, which few obituaries need. */
  identity: () => PodIdentity | undefined
  /** All lines of the pod, where all its lives have ended and the lines were read to count them. */
  lines?: readonly MeasuredLine[]
}

export interface Projection {
  pods: ProjectedPod[]
  /** Uids that are no pods of their own. A pod without facts and lines, or with a frozen record, is in no list. */
  absent: string[]
  /** Other pods that have to be projected too. */
  related: string[]
  /** All stored revisions of records of `pods`, `absent` and the uids that were asked for. */
  stored: StoredRecord[]
}

export interface ProjectOptions {
  /** Where the record has the number of lines of an ended life, take it from there. */
  reuseCounts?: boolean
  /** Lines of a running life are read where they are no more than this: its seal then says which are missing so far. */
  checkedLinesMax?: number
  /** Lines of ended lives of a pod are counted where they are no more than this, by estimates. */
  countedLinesMax?: number
}

/** `uids`: of pods, of log paths, or unresolved:…, at most some hundreds. */
export async function project(
  reading: RowReading,
  tenant: string,
  uids: readonly string[],
  { reuseCounts = false, checkedLinesMax = 0, countedLinesMax = Infinity }: ProjectOptions = {},
): Promise<Projection> {
  const [{ pods, aliases, related }, askedRecords] = await Promise.all([
    loadFacts(reading, tenant, uids),
    reading.rows<StoredRecord>(storedRecords(tenant, uids)),
  ])
  // An alias leads to a pod that was not asked for, and an alias of a pod may still have a provisional record.
  const more = [...pods.map(({ facts }) => facts.uid), ...aliases].filter((uid) => !uids.includes(uid))
  const stored =
    more.length === 0
      ? askedRecords
      : [...askedRecords, ...(await reading.rows<StoredRecord>(storedRecords(tenant, more)))]
  const newest = newestRecords(stored)
  const reported = pods.filter((pod) => isReported(pod) && recordIn(newest.get(pod.facts.uid))?.frozen !== true)
  const scenes = await readScenes(
    reading,
    tenant,
    reported.map(({ facts }) => sceneKey(facts)),
  )
  const withScenes = reported.map((pod, i) => ({ ...pod, facts: { ...pod.facts, ...scenes[i]! } }))
  const counted = await countLines(
    reading,
    tenant,
    withScenes.map((pod) => {
      const row = newest.get(pod.facts.uid)
      const record = recordIn(row)
      const isReused = reuseCounts && countsHold(pod, row, record)
      return { pod, record: isReused ? record : undefined }
    }),
    { checkedLinesMax, countedLinesMax },
  )
  return {
    pods: counted.map((pod) => projectOne(pod, newest.get(pod.facts.uid))),
    absent: aliases,
    related,
    stored,
  }
}

/**
 * Whether the record's numbers of lines of ended lives hold: it rests on the rules of now, and a dead pod has no newer
 * line. Late lines of a living pod's ended life are queued for a recount by the intake.
 */
function countsHold({ linesAt }: LoadedPod, row: StoredRecord | undefined, record: PodRecord | undefined): boolean {
  if (row === undefined || record === undefined || row.rulesVersion !== rulesVersion) return false
  return record.living || Number(row.linesAt) >= Number(linesAt)
}

function wasCounted(record: PodRecord, row: StoredRecord | undefined): boolean | undefined {
  const before = recordIn(row)
  if (row === undefined || before === undefined) return undefined
  const endedOf = ({ lives }: PodRecord) => lives.filter(({ outcome }) => outcome !== 'running')
  const namesOf = (one: PodRecord): Set<string> => new Set(endedOf(one).map((life) => lifeName(life.container, life)))
  if (!namesOf(record).isSubsetOf(namesOf(before))) return false
  const wasLarge = endedOf(before).reduce((sum, { lines }) => sum + lines, 0) > smallPodLinesMax
  return wasLarge && row.rulesVersion === rulesVersion ? true : undefined
}

/** `row`: the newest record, which has seals of lives whose lines have expired since. */
function projectOne(pod: CountedPod, row: StoredRecord | undefined): ProjectedPod {
  const before = recordIn(row)
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
    isLarge,
    identity,
    readLines,
  } = pod
  const lineDays = facts.lineDays ?? []
  const daysBefore = before?.lineDays ?? []
  const lost = lostLines(lineDays, daysBefore, facts.sentLines, pod.countedRows)
  const counted = withArchivedSeals(renderPod({ ...facts, lost }), before)
  const decided = before === undefined ? counted : withUndecidedLines(counted, before, facts.undecided ?? [])
  const rendered = counts === undefined ? decided : withRecordedLines(decided, counts, onRecord)
  const sources = { facts, rendered, object, addressReports, deletedAt, runningLives }
  const record = {
    ...withLinesApart(recordOf(sources), facts.sentLines),
    lineDays: mostLines(lineDays, daysBefore, facts.sentLines),
  }
  const lifeHashes = facts.lines.flatMap((line) => (line as LinesRow).lifeHashes)
  return {
    record,
    facts,
    lifeHashes,
    fragmentUids: facts.sentLines.filter(({ uid, fragments }) => uid !== '' && fragments === 1).map(({ uid }) => uid),
    rendered,
    maps,
    factsAt,
    linesAt,
    isLarge,
    wasCounted: wasCounted(record, row),
    identity,
    ...(readLines === undefined ? {} : { lines: readLines }),
  }
}

/** Lists read rows about lines beside the record, and add what those lack. */
function withLinesApart(record: PodRecord, rows: readonly LinesRow[]): PodRecord {
  const withUid = rows.filter(({ nameless }) => nameless === 0)
  const lives = record.lives.map((life) => {
    if (life.outcome !== 'running') return life
    const apart = life.lines - estimateOf(rowsOfRunning(life, record.lives, withUid))
    return apart > 0 ? { ...life, linesApart: apart } : life
  })
  return { ...record, lives }
}

interface CountedPod extends LoadedPod {
  facts: LoadedPod['facts'] & { sentLines: readonly LinesRow[] }
  runningLives: string[]
  record: PodRecord | undefined
  /** Names of the lives whose numbers of lines come from `record`. */
  onRecord: ReadonlySet<string>
  isLarge: boolean
  /** Rows about lines whose lines were counted. */
  countedRows: readonly LinesRow[]
  identity: () => PodIdentity | undefined
  readLines: readonly MeasuredLine[] | undefined
}

/**
 * Adds numbers of lines and coverage. Lines of ended lives are counted and sealed, where no record has their number;
 * lines of running lives are estimated, and sealed where they are at most `checkedLinesMax`. Lines of ended lives are
 * estimated where the pod has more than `countedLinesMax` of them.
 */
async function countLines(
  reading: RowReading,
  tenant: string,
  pods: readonly { pod: LoadedPod; record: PodRecord | undefined }[],
  { checkedLinesMax, countedLinesMax }: Required<Pick<ProjectOptions, 'checkedLinesMax' | 'countedLinesMax'>>,
): Promise<CountedPod[]> {
  const isChecked = ({ estimate }: LinesRow): boolean => Number(estimate) <= checkedLinesMax
  const split = pods.map(({ pod, record }) => {
    const rendered = renderPod(pod.facts)
    const { ended, running, shared } = splitLines(rendered, pod.facts.lines)
    const onRecord =
      record === undefined || shared.length > 0 ? new Map<LinesRow, string>() : rowsOnRecord(pod, rendered, record)
    const toCount = [...ended.filter((line) => !onRecord.has(line)), ...shared]
    const isLarge = toCount.reduce((sum, { estimate }) => sum + Number(estimate), 0) > countedLinesMax
    const counted = [...(isLarge ? [] : toCount), ...running.filter(isChecked)]
    const estimated = [...running.filter((line) => !isChecked(line)), ...(isLarge ? toCount : [])]
    const uncounted = [...onRecord.keys(), ...estimated]
    return { pod, record, onRecord, isLarge, counted, uncounted, estimated, running }
  })
  const sealed = await sealLines(
    reading,
    tenant,
    split.map(({ pod, counted }) => ({ ...pod.facts, lines: counted })),
  )
  return split.map(({ pod, record, onRecord, isLarge, counted, uncounted, estimated, running }, i) => {
    const { facts, lines } = sealed[i]!
    const { counts, stretches = [], lineDays = [] } = facts
    const inLife = <Row extends LinesRow>(row: Row): Row => underNewestLife(pod.facts, row)
    // Statements read lines by uid and time, and so return lines of lives that were not to be counted. What only its
    // time gives to a life was.
    const isUncounted = (row: LineLife & { slot?: number }): boolean =>
      (row.slot ?? 0) === 0 && uncounted.some((line) => isOf(line, row)) && !counted.some((line) => isOf(line, row))
    return {
      ...pod,
      facts: {
        ...facts,
        lines: [...(facts.lines as LinesRow[]), ...uncounted.map(inLife)],
        sentLines: pod.facts.lines,
        counts: [...counts.filter((row) => !isUncounted(row)), ...estimated.map(inLife).map(estimatedCount)],
        stretches: stretches.filter((row) => !isUncounted(row)),
        lineDays: lineDays.filter((day) => counted.some((line) => isOf(line, day))),
      },
      countedRows: counted,
      runningLives: running.flatMap(({ lifeHashes }) => lifeHashes),
      record,
      onRecord: new Set(onRecord.values()),
      isLarge,
      identity: () => identityOf(pod.facts, pod.otherPodsContainerIds),
      readLines: uncounted.length === 0 && running.length === 0 ? lines : undefined,
    }
  })
}

/**
 * Rows whose number of lines the record has, with the names of their lives: one row, with uid and restart, has all
 * lines of the life.
 */
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

const isOf = (
  line: LinesRow,
  { container, restart, containerId }: Omit<LineLife, 'cluster' | 'namespace' | 'pod'>,
): boolean =>
  line.container === container && line.restart === restart && (containerId === '' || line.containerId === containerId)

const estimatedCount = (row: LinesRow) => ({
  ...lifeOf(row),
  lines: row.estimate,
  stored: row.estimate,
  estimate: true,
})

const isReported = ({ facts: { row, lives, events, lines } }: LoadedPod): boolean =>
  row !== null || lives.length > 0 || events.length > 0 || lines.length > 0

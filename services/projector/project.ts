// facts ─► identity ─► lines counted ─► rules ─► record. The projection of some pods: the projector stores what it makes, and GET /v1/pods/{uid} and
// the obituary run it where a record is stale.
import { readScenes } from '#query/read/death-scenes.ts'
import type { RowReading } from '#query/read/reading.ts'
import { sceneKey } from '#shared/pod-model/death-scene.ts'
import { renderPod, type PodFacts, type RenderedPod } from '#shared/pod-model/pod.ts'
import type { PodObjectRow } from '#shared/pod-model/rows.ts'
import { recordOf, type PodRecord } from '#shared/pod-model/record.ts'
import { hasEndsOf, withArchivedSeals, withRecordedLines } from '#shared/pod-model/archived-seals.ts'
import { rulesVersion } from '#shared/pod-model/rules-version.ts'
import { loadFacts, type LoadedPod } from './load-facts.ts'
import { newestRecords, storedRecords, type StoredRecord } from './records.ts'
import { sealLines } from './seal-lines.ts'
import { splitLines } from './split-lines.ts'
import type { LinesRow } from './fact-statements.ts'

export interface ProjectedPod {
  record: PodRecord
  facts: PodFacts
  rendered: RenderedPod
  maps: PodObjectRow
  factsAt: string
  linesAt: string
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
  /** Lines of a pod whose record is as new as its facts and lines are not counted again. */
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
  const recorded = placed.map((pod) => (keepCounts ? recordThatHolds(pod, newest.get(pod.facts.uid)) : undefined))
  const counted = await countLines(
    reading,
    tenant,
    placed.map((pod, i) => ({ pod, recorded: recorded[i] })),
    checkedLinesMax,
  )
  return {
    pods: counted.map((pod, i) => projectOne(pod, newest.get(pod.facts.uid), recorded[i])),
    absent: aliases,
    related,
    stored,
  }
}

/** The record, where no fact is newer, and no line of a life that has ended. */
function recordThatHolds({ facts, factsAt, linesAt }: LoadedPod, row: StoredRecord | undefined): PodRecord | undefined {
  if (row === undefined || row.isDeleted === 1 || row.rulesVersion !== rulesVersion) return undefined
  if (Number(row.watermark) < Number(factsAt)) return undefined
  const record = JSON.parse(row.record) as PodRecord
  if (!record.living && Number(row.linesAt) < Number(linesAt)) return undefined
  return hasEndsOf(record, renderPod(facts)) ? record : undefined
}

/** `before`: it still has what expired lines said. */
function projectOne(pod: CountedPod, before: StoredRecord | undefined, recorded: PodRecord | undefined): ProjectedPod {
  const { facts, maps, object, addressReports, deletedAt, factsAt, linesAt, runningLives } = pod
  const counted = renderPod(facts)
  const rendered = recorded === undefined ? withArchivedSeals(counted, concluded(before)) : withRecordedLines(counted, recorded)
  const record = recordOf({ facts, rendered, object, addressReports, deletedAt, runningLives })
  return { record, facts, rendered, maps, factsAt, linesAt }
}

interface CountedPod extends LoadedPod {
  runningLives: string[]
}

/** Lines of lives that have ended are counted and looked through, where no record says their number; those of lives that run are estimated, and looked through where they are few. */
async function countLines(
  reading: RowReading,
  tenant: string,
  pods: readonly { pod: LoadedPod; recorded: PodRecord | undefined }[],
  checkedLinesMax: number,
): Promise<CountedPod[]> {
  const isFew = ({ estimate }: LinesRow): boolean => Number(estimate) <= checkedLinesMax
  const split = pods.map(({ pod, recorded }) => {
    const { ended, running, shared } = splitLines(renderPod(pod.facts), pod.facts.lines)
    const { few = [], many = [] } = Object.groupBy(running, (line) => (isFew(line) ? 'few' : 'many'))
    return {
      pod,
      counted: recorded === undefined ? [...ended, ...shared, ...few] : [...shared, ...few],
      others: recorded === undefined ? many : [...ended, ...many],
      many,
      running,
    }
  })
  const settled = await sealLines(
    reading,
    tenant,
    split.map(({ pod, counted }) => ({ ...pod.facts, lines: counted })),
  )
  return split.map(({ pod, others, many, running }, i) => {
    const { counts, stretches = [], losses = [], lines } = settled[i]!
    return {
      ...pod,
      facts: {
        ...pod.facts,
        lines: [...(lines as LinesRow[]), ...others],
        counts: [...counts, ...many.map(estimateOf)],
        stretches,
        losses,
      },
      runningLives: running.flatMap(({ lifeHashes }) => lifeHashes),
    }
  })
}

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

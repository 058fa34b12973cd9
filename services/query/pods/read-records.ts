// Reads records. A record does not change with every line of a running life, so the number and the last time of such
// lines are read beside the record.
import { earlier, later } from '#shared/pod-model/pod-lives.ts'
import type { PodRecord } from '#shared/pod-model/record.ts'
import { linesOfUids, type LinesRow } from '#shared/stored-pods/fact-statements.ts'
import { estimateOf, rowsOfRunning } from '#shared/stored-pods/running-lines.ts'
import { recordIn } from '#shared/stored-pods/stored-records.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'
import { recordsOf, type RecordRow } from './lookup-statements.ts'

/** Records by uid, without the pods that have none. */
export async function readRecords(
  { rows }: Pick<RowReading, 'rows'>,
  tenant: string,
  uids: readonly string[],
): Promise<Map<string, PodRecord>> {
  if (uids.length === 0) return new Map()
  const stored = await rows<RecordRow>(recordsOf(tenant, uids))
  return new Map(
    stored.flatMap((row) => {
      const record = recordIn(row)
      return record === undefined ? [] : [[row.uid, record]]
    }),
  )
}

/** The records, in their order, with the number and the times of the lines that running lives have now. */
export async function withRunningLines(
  { rows }: Pick<RowReading, 'rows'>,
  tenant: string,
  records: readonly PodRecord[],
): Promise<PodRecord[]> {
  const isRunning = ({ lives }: PodRecord): boolean => lives.some(({ outcome }) => outcome === 'running')
  const uids = records.filter(isRunning).flatMap(({ selectors }) => selectors.uids)
  if (uids.length === 0) return [...records]
  const lines = Map.groupBy(await rows<LinesRow>(linesOfUids(tenant, uids)), ({ uid }) => uid)
  return records.map((record) => {
    const own = isRunning(record) ? record.selectors.uids.flatMap((uid) => lines.get(uid) ?? []) : []
    return own.length === 0 ? record : withLinesOfNow(record, own)
  })
}

/** Pure: `lines` are those of the pod. */
function withLinesOfNow(record: PodRecord, lines: readonly LinesRow[]): PodRecord {
  const lives = record.lives.map((life) => {
    if (life.outcome !== 'running') return life
    const own = rowsOfRunning(life, record.lives, lines)
    return {
      ...life,
      // An estimate must not be less than the number that the record has.
      lines: Math.max(life.lines, (life.linesApart ?? 0) + estimateOf(own)),
      firstLine: own.reduce((first, row) => earlier(first, row.firstLine), life.firstLine),
      lastLine: own.reduce((last, row) => later(last, row.lastLine), life.lastLine),
    }
  })
  const lasts = [record.lastSeen, ...lives.map(({ lastLine }) => lastLine)].filter((time) => time !== null)
  return { ...record, lives, lastSeen: lasts.toSorted().at(-1) ?? null }
}

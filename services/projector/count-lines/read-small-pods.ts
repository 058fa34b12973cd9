// Counts and stretches of pods that have few lines, from the lines themselves.
import { fewLines, keptCounts, type FewLine, type FewLinesRow, type KeptCountRow } from './small-pod-statements.ts'
import type { PodFacts } from '#shared/pod-model/pod.ts'
import { stretchesOfLines } from '#shared/pod-model/seal/stretches-of-lines.ts'
import { boundsOf, ownersOf } from './line-owners.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'
import { spansOf } from './timed-lives.ts'
import { type LineCountRow, type LineLife, type StretchRow, stretchesMax } from '#shared/pod-model/rows.ts'

/** Lines that are few. */
const linesMax = 5000

/** The pods with counts and stretches; undefined where their lines are too many, or must be put into lives by their times. */
export async function readFewLines(
  { rows }: RowReading,
  tenant: string,
  pods: readonly PodFacts[],
  { sizes }: { sizes: boolean },
): Promise<PodFacts[] | undefined> {
  const bounds = boundsOf(pods)
  if (bounds === undefined) return pods.map((pod) => ({ ...pod, stretches: [] }))
  if (spansOf(pods).size > 0) return undefined
  const [lives, kept] = await Promise.all([
    rows<FewLinesRow>(fewLines(tenant, bounds, { limit: linesMax + 1, sizes })),
    rows<KeptCountRow>(keptCounts(tenant, bounds)),
  ])
  if (lives.reduce((sum, { lines }) => sum + lines.length, 0) > linesMax) return undefined
  const countsOf = ownersOf(countLines(lives, kept, sizes))
  const stretchesOf = ownersOf(lives.flatMap(coveredBy))
  return pods.map((pod) => ({ ...pod, counts: countsOf(pod), stretches: stretchesOf(pod) }))
}

function coveredBy({ lines, ...life }: FewLinesRow): StretchRow[] {
  const placed = lines.map(([file, offset, length, at, eof, partial]) => ({
    file,
    offset,
    length,
    at,
    eof: eof === 1,
    partial: partial === 1,
  }))
  return stretchesOfLines(placed)
    .slice(0, stretchesMax)
    .map((stretch) => ({ ...life, ...stretch }))
}

/** Of each day the larger of what is stored and what was counted before lines of it expired. */
function countLines(lives: readonly FewLinesRow[], kept: readonly KeptCountRow[], sizes: boolean): LineCountRow[] {
  const keptOf = Map.groupBy(kept, keyOf)
  const stored = new Set(lives.map(keyOf))
  const gone = kept.filter((row) => !stored.has(keyOf(row))).map((row) => ({ ...lifeOf(row), lines: [] }))
  const unique = new Map([...lives, ...gone].map((life) => [keyOf(life), life]))
  return [...unique].map(([key, { lines, ...life }]) => {
    const days = new Map((keptOf.get(key) ?? []).map(({ day, lines: before }) => [day, Number(before)]))
    const now = Map.groupBy(lines, dayOf)
    for (const [day, ofDay] of now) days.set(day, Math.max(days.get(day) ?? 0, ofDay.length))
    const most = [...days.values()].reduce((sum, count) => sum + count, 0)
    return { ...life, lines: String(most), stored: String(lines.length), ...(sizes ? sizesOf(lines) : {}) }
  })
}

function sizesOf(lines: readonly FewLine[]): Pick<LineCountRow, 'bytes' | 'errors'> {
  return {
    bytes: String(lines.reduce((sum, line) => sum + line[6], 0)),
    errors: String(lines.reduce((sum, line) => sum + line[7], 0)),
  }
}

const lifeOf = ({ uid, cluster, namespace, pod, container, restart, containerId }: LineLife): LineLife => ({
  uid,
  cluster,
  namespace,
  pod,
  container,
  restart,
  containerId,
})

const keyOf = ({ uid, cluster, namespace, pod, container, restart, containerId }: LineLife): string =>
  JSON.stringify([uid, cluster, namespace, pod, container, restart, containerId])

const dayOf = (line: FewLine): string => line[3].slice(0, 10)

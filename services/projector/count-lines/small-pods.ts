// Pure: which pods have so few lines that read-small-pods.ts reads the lines, and which of these pods share a
// statement.
import { parseTime } from '#shared/time/parse-time.ts'
import type { PodFacts } from '#shared/pod-model/pod.ts'
import type { LinesRow } from '#shared/stored-pods/fact-statements.ts'

/** A pod whose rows about lines have an estimate of the number of lines. */
export type CountablePod = Omit<PodFacts, 'lines'> & { lines: readonly LinesRow[] }

/** Lines of a pod that a pass of the projector reads and counts; more are counted beside the passes. */
export const smallPodLinesMax = 5_000
const linesAtOnce = 10_000
/** Lines of one statement span at most so many hours, where the lines of each pod span no more than half of that. */
const hoursAtOnce = 24n

const hourNs = 3_600_000_000_000n

/** Whether estimates say that the pod has few lines. */
export const isSmall = (pod: CountablePod): boolean => linesOf(pod) <= smallPodLinesMax

interface Extent {
  pod: CountablePod
  /** Epoch ns. */
  first: bigint
  last: bigint
}

/**
 * Packs of pods: one statement reads the lines of a pack. Pods of short lives are packed by their time, since a
 * statement reads every hour between its first and its last line.
 */
export function packSmall(pods: readonly CountablePod[]): CountablePod[][] {
  const extents = pods.filter(({ lines }) => lines.length > 0).map(extentOf)
  const isLong = ({ first, last }: Extent): boolean => (last - first) * 2n > hoursAtOnce * hourNs
  return [false, true].flatMap((long) =>
    packs(
      extents.filter((extent) => isLong(extent) === long),
      long,
    ),
  )
}

function packs(extents: readonly Extent[], areLong: boolean): CountablePod[][] {
  const packed: CountablePod[][] = []
  let [lines, begin] = [Infinity, 0n]
  for (const { pod, first, last } of extents.toSorted((a, b) => (a.first < b.first ? -1 : 1))) {
    lines += linesOf(pod)
    if (lines > linesAtOnce || (!areLong && last - begin > hoursAtOnce * hourNs)) {
      packed.push([])
      ;[lines, begin] = [linesOf(pod), first]
    }
    packed.at(-1)!.push(pod)
  }
  return packed
}

function extentOf(pod: CountablePod): Extent {
  const times = pod.lines.map(
    ({ firstLine, lastLine }) => [parseTime(firstLine, 0n)!, parseTime(lastLine, 0n)!] as const,
  )
  return {
    pod,
    first: times.map(([first]) => first).reduce((a, b) => (a < b ? a : b)),
    last: times.map(([, last]) => last).reduce((a, b) => (a > b ? a : b)),
  }
}

const linesOf = ({ lines }: CountablePod): number => lines.reduce((sum, { estimate }) => sum + Number(estimate), 0)

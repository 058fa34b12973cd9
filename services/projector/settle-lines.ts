// Reads exact numbers of lines of lives, and which bytes of their files are stored, in bounded memory (decision 0015).
// Many pods share a statement, and a large pod is read in windows of time. A statement that exceeds its limit is split
// in halves.
import { AfterlogError } from '#shared/errors.ts'
import { readExpired } from './count-lines/expired-counts.ts'
import type { LineBounds } from './count-lines/line-counts.ts'
import { parseTime } from '#shared/time/parse-time.ts'
import { boundsOf, ownersOf } from './count-lines/line-owners.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'
import { placeExpired, undecidedOf } from './count-lines/place-expired.ts'
import { sumLineDays } from '#shared/pod-model/line-days.ts'
import { lineDaysOf, sumCounts } from './count-lines/sum-counts.ts'
import { inTime, spansOf, stretchesInTime } from './count-lines/timed-lives.ts'
import type { PodFacts } from '#shared/pod-model/pod.ts'
import { createPieceJoiner } from './join-pieces.ts'
import { evenly, windowsOf, type SizedWindow } from './line-windows.ts'
import {
  dayCounts,
  linePieces,
  lineSteps,
  type DayCountRow,
  type LineWindow,
  type PieceRow,
  type StepRow,
} from './count-lines/lines-in-window.ts'

export interface LineSettler {
  /** Adds `counts`; with bytes and errors where `sizes` is true. */
  counted(tenant: string, pods: readonly PodFacts[], options?: { sizes: boolean }): Promise<PodFacts[]>
  /** Adds `stretches` to pods that have their counts. */
  covered(tenant: string, pods: readonly PodFacts[]): Promise<PodFacts[]>
}

export interface LineSettlerOptions {
  reading: Pick<RowReading, 'rows'>
  /**
   * Lines that a statement about coverage holds at once, some 400 bytes each; halved for good where they are too many.
   */
  linesAtOnce?: number
}

const podsAtOnce = 400
const stepsOfWindow = 64n

type CutWindow = (window: LineWindow, stepNs: bigint, rowsMax: number) => Promise<SizedWindow[]>

export function createLineSettler({ reading: { rows }, linesAtOnce = 250_000 }: LineSettlerOptions): LineSettler {
  let linesMax = linesAtOnce

  async function counted(tenant: string, pods: readonly PodFacts[], { sizes } = { sizes: false }): Promise<PodFacts[]> {
    const countSome = async (some: readonly PodFacts[], bounds: LineBounds): Promise<PodFacts[]> => {
      const spans = spansOf(some)
      const counts: DayCountRow[] = []
      await overWindows(cutting(tenant, some, bounds), [wholeOf(bounds)], async (window) => {
        counts.push(...(await rows<DayCountRow>(dayCounts(tenant, bounds, window, { spans, sizes }))))
      })
      const { counts: before, uncountedDays } = await readExpired({ rows }, tenant, bounds)
      const placed = placeExpired(before, counts, spans, some)
      const countsOf = ownersOf(sumCounts(counts, placed.counts, { timed: spans.size > 0 || sizes, sizes }))
      const daysOf = ownersOf(lineDaysOf(counts, before))
      return some.map((pod) => {
        const [lineDays, undecided] = [sumLineDays(daysOf(pod)), undecidedOf(pod, placed.undecided)]
        return inTime({ ...pod, counts: countsOf(pod), lineDays, uncountedDays, undecided })
      })
    }
    const done: PodFacts[] = []
    for (let from = 0; from < pods.length; from += podsAtOnce)
      done.push(...(await inHalves(pods.slice(from, from + podsAtOnce), countSome)))
    return done
  }

  async function covered(tenant: string, pods: readonly PodFacts[]): Promise<PodFacts[]> {
    const coverSome = async (some: readonly PodFacts[], bounds: LineBounds): Promise<PodFacts[]> => {
      const joiner = createPieceJoiner()
      const spans = [...spansOf(some).keys()]
      const cut = cutting(tenant, some, bounds)
      const whole = { ...wholeOf(bounds), rows: some.reduce((sum, pod) => sum + storedOf(pod), 0) }
      const windows = cut === undefined || whole.rows <= linesMax ? [whole] : await cut(whole, hourNs, linesMax)
      await overWindows(cut, windows, async (window) =>
        joiner.add(await rows<PieceRow>(linePieces(tenant, bounds, window, spans))),
      )
      const stretchesOf = ownersOf(joiner.stretches())
      return some.map((pod) => ({ ...pod, stretches: stretchesInTime(pod, stretchesOf(pod)) }))
    }
    const done: PodFacts[] = []
    for (const some of packed(pods)) done.push(...(await inHalves(some, coverSome)))
    return done.map((pod) => (pod.stretches === undefined ? { ...pod, stretches: [] } : pod))
  }

  /** Cuts windows of one pod; undefined for several pods, which are halved before their windows are. */
  function cutting(tenant: string, pods: readonly PodFacts[], bounds: LineBounds): CutWindow | undefined {
    if (pods.length > 1) return undefined
    return async (window, stepNs, rowsMax) =>
      windowsOf(window, stepNs, await rows<StepRow>(lineSteps(tenant, bounds, window, stepNs)), rowsMax)
  }

  /**
   * Reads windows in ascending order. A window that exceeds the limit of a statement is cut in two by its lines, and
   * again.
   */
  async function overWindows(
    cut: CutWindow | undefined,
    windows: readonly SizedWindow[],
    read: (window: LineWindow) => Promise<void>,
  ): Promise<void> {
    const ahead = windows.toReversed()
    for (let window = ahead.pop(); window !== undefined; window = ahead.pop()) {
      try {
        await read(window)
      } catch (error) {
        if (cut === undefined || !isTooMuch(error) || window.to - window.from < 2n) throw error
        const [whole] = await cut(window, window.to - window.from, Infinity)
        if (whole === undefined) throw error
        const half = Math.ceil(whole.rows / 2)
        if (window.rows < Infinity) linesMax = Math.min(linesMax, half)
        const stepNs = (window.to - window.from + stepsOfWindow - 1n) / stepsOfWindow
        ahead.push(...(await cut(window, stepNs, half)).toReversed())
        // The windows ahead were cut for more lines than a statement can take.
        for (const other of ahead.splice(0, Infinity)) ahead.push(...finer(other))
      }
    }
  }

  /** The window, cut evenly where it has more lines than a statement takes. */
  const finer = (window: SizedWindow): SizedWindow[] =>
    window.rows < Infinity && window.rows > linesMax
      ? evenly(window, Math.ceil(window.rows / linesMax)).toReversed()
      : [window]

  /** Packs of pods that together have at most `linesMax` lines by their counts, or of one pod that has more. */
  function* packed(pods: readonly PodFacts[]): Generator<PodFacts[]> {
    let some: PodFacts[] = []
    let lines = 0
    for (const pod of pods) {
      const more = storedOf(pod)
      if (some.length > 0 && (lines + more > linesMax || some.length === podsAtOnce)) {
        yield some
        ;[some, lines] = [[], 0]
      }
      some.push(pod)
      lines += more
    }
    if (some.length > 0) yield some
  }

  return { counted, covered }
}

/**
 * Halves the pods where a statement exceeds its limit. Pods are halved before windows are: each pod needs all its lines
 * in one joiner.
 */
async function inHalves(
  pods: readonly PodFacts[],
  read: (pods: readonly PodFacts[], bounds: LineBounds) => Promise<PodFacts[]>,
): Promise<PodFacts[]> {
  const bounds = boundsOf(pods)
  if (bounds === undefined) return [...pods]
  try {
    return await read(pods, bounds)
  } catch (error) {
    if (pods.length === 1 || !isTooMuch(error)) throw error
    const half = Math.ceil(pods.length / 2)
    return [...(await inHalves(pods.slice(0, half), read)), ...(await inHalves(pods.slice(half), read))]
  }
}

const isTooMuch = (error: unknown): boolean => error instanceof AfterlogError && error.code === 'query-limit'

/** Stored lines of the pod by its counts. */
const storedOf = ({ counts }: PodFacts): number => counts.reduce((sum, { stored }) => sum + Number(stored), 0)

const hourNs = 3_600_000_000_000n

/** The hours in which the lines lie. */
function wholeOf({ first, last }: LineBounds): SizedWindow {
  const [from, to] = [first, last].map((time) => parseTime(time, 0n)! / hourNs)
  return { from: from! * hourNs, to: (to! + 1n) * hourNs, rows: Infinity }
}

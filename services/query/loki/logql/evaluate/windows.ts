// The windows of a range aggregation: at each step t the lines of (t - offset - range, t - offset]. Where windows
// overlap, lines are counted in buckets of which each window is a whole number; where they do not, a bucket is a window.
import { failedQuery, stepsMax } from '../query-limits.ts'

export interface Steps {
  startNs: bigint
  /** 0 of one step alone. */
  stepNs: bigint
  count: number
}

export function stepsOf({ startNs, endNs, stepNs }: { startNs: bigint; endNs: bigint; stepNs: bigint }): Steps {
  if (stepNs <= 0n || startNs === endNs) return { startNs, stepNs: 0n, count: 1 }
  const count = endNs < startNs ? 0 : Number((endNs - startNs) / stepNs) + 1
  if (count > stepsMax)
    throw failedQuery(
      `exceeded maximum resolution of ${stepsMax} points per time series: try increasing the value of the step parameter`,
    )
  return { startNs, stepNs, count }
}

export const timeOfStep = ({ startNs, stepNs }: Steps, step: number): bigint => startNs + BigInt(step) * stepNs

export interface Windows {
  count: number
  /** Before the first line of the first window: epoch ns. */
  originNs: bigint
  /** Behind the last line of the last window. */
  endNs: bigint
  rangeNs: bigint
  /** From window to window. */
  strideNs: bigint
  /** Width of a bucket. */
  bucketNs: bigint
  /** Whether lines between two windows belong to none. */
  hasGaps: boolean
  /** The buckets of a window: from the first, to before the last. */
  bucketsOf(window: number): { from: number; to: number }
}

export function windowsOf(steps: Steps, rangeNs: bigint, offsetNs: bigint): Windows {
  const { startNs, count } = steps
  const originNs = startNs - offsetNs - rangeNs
  const strideNs = steps.stepNs === 0n ? rangeNs : steps.stepNs
  const endNs = timeOfStep(steps, Math.max(count - 1, 0)) - offsetNs + 1n
  const common = { count, originNs, endNs, rangeNs, strideNs }
  if (strideNs >= rangeNs)
    return {
      ...common,
      bucketNs: strideNs,
      hasGaps: strideNs > rangeNs,
      bucketsOf: (window) => ({ from: window, to: window + 1 }),
    }
  const bucketNs = greatestCommon(strideNs, rangeNs)
  const perStep = Number(strideNs / bucketNs)
  const perWindow = Number(rangeNs / bucketNs)
  return {
    ...common,
    bucketNs,
    hasGaps: false,
    bucketsOf: (window) => ({ from: window * perStep, to: window * perStep + perWindow }),
  }
}

/** The bucket of a line; undefined where it is in no window. */
export function bucketOf({ originNs, bucketNs, rangeNs, endNs }: Windows, tsNs: bigint): number | undefined {
  const since = tsNs - originNs - 1n
  if (since < 0n || tsNs >= endNs) return undefined
  return rangeNs < bucketNs && since % bucketNs >= rangeNs ? undefined : Number(since / bucketNs)
}

function greatestCommon(a: bigint, b: bigint): bigint {
  let [large, small] = [a, b]
  while (small > 0n) [large, small] = [small, large % small]
  return large
}

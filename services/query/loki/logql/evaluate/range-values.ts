// avg_over_time, quantile_over_time and their like: one value of the values of a window, which are in order of time.
import type { RangeOp } from '../syntax/logql-expr.ts'

/** Values of a window: `[from, to)` of both, times in epoch ns. */
export interface WindowValues {
  times: readonly bigint[]
  values: readonly number[]
  from: number
  to: number
}

export type RangeFunction = (window: WindowValues) => number

export function rangeFunction(op: RangeOp, rangeNs: bigint, parameter: number): RangeFunction {
  const seconds = Number(rangeNs) / 1e9
  switch (op) {
    case 'count_over_time':
      return ({ from, to }) => to - from
    case 'rate':
    case 'bytes_rate':
      return (window) => sum(window) / seconds
    case 'bytes_over_time':
    case 'sum_over_time':
      return sum
    case 'avg_over_time':
      return average
    case 'min_over_time':
      return (window) => extreme(window, (value, best) => value < best)
    case 'max_over_time':
      return (window) => extreme(window, (value, best) => value > best)
    case 'stdvar_over_time':
      return variance
    case 'stddev_over_time':
      return (window) => Math.sqrt(variance(window))
    case 'quantile_over_time':
      return ({ values, from, to }) => quantile(parameter, values.slice(from, to))
    case 'first_over_time':
      return ({ values, from }) => values[from]!
    case 'last_over_time':
      return ({ values, to }) => values[to - 1]!
    case 'rate_counter':
      return (window) => counterRate(window, rangeNs)
    case 'absent_over_time':
      return () => 1
  }
}

function sum({ values, from, to }: WindowValues): number {
  let total = 0
  for (let i = from; i < to; i++) total += values[i]!
  return total
}

/** The mean, without the sum: that of large numbers would overflow. An infinite one stays what it is. */
function average({ values, from, to }: WindowValues): number {
  let mean = 0
  let count = 0
  for (let i = from; i < to; i++) {
    const value = values[i]!
    count += 1
    if (Math.abs(mean) === Infinity && !Number.isNaN(value) && (Number.isFinite(value) || value > 0 === mean > 0))
      continue
    mean += value / count - mean / count
  }
  return mean
}

function extreme({ values, from, to }: WindowValues, isBetter: (value: number, best: number) => boolean): number {
  let best = values[from]!
  for (let i = from; i < to; i++) if (isBetter(values[i]!, best) || Number.isNaN(best)) best = values[i]!
  return best
}

/** Welford's algorithm: https://en.wikipedia.org/wiki/Algorithms_for_calculating_variance */
function variance({ values, from, to }: WindowValues): number {
  let [mean, squares, count] = [0, 0, 0]
  for (let i = from; i < to; i++) {
    count += 1
    const delta = values[i]! - mean
    mean += delta / count
    squares += delta * (values[i]! - mean)
  }
  return squares / count
}

/** Between two values the weighted mean of both. */
function quantile(q: number, values: number[]): number {
  if (values.length === 0 || Number.isNaN(q)) return Number.NaN
  if (q < 0) return -Infinity
  if (q > 1) return Infinity
  // What is no number stands first.
  values.sort((a, b) => (Number.isNaN(a) ? -1 : Number.isNaN(b) ? 1 : a - b))
  const rank = q * (values.length - 1)
  const lower = Math.max(0, Math.floor(rank))
  const upper = Math.min(values.length - 1, lower + 1)
  const weight = rank - Math.floor(rank)
  return values[lower]! * (1 - weight) + values[upper]! * weight
}

/**
 * The rate of a counter as Prometheus extrapolates it, per second: a value below the one before is a restart at 0.
 * https://prometheus.io/docs/prometheus/latest/querying/functions/#rate
 */
function counterRate({ times, values, from, to }: WindowValues, rangeNs: bigint): number {
  if (to - from < 2) return 0
  const first = values[from]!
  let increase = values[to - 1]! - first
  let before = 0
  for (let i = from; i < to; i++) {
    if (values[i]! < before) increase += before
    before = values[i]!
  }
  const seconds = Number(rangeNs) / 1e9
  // The times of samples are taken as ms, so that their distances are what clients see.
  const sampled = Number(times[to - 1]! - times[from]!) / 1000
  const distance = sampled / (to - from - 1)
  let toStart = Number(rangeNs / 1_000_000n) / 1000
  if (increase > 0 && first >= 0) toStart = Math.min(toStart, sampled * (first / increase))
  const threshold = distance * 1.1
  const extrapolated = sampled + (toStart < threshold ? toStart : distance / 2) + (threshold > 0 ? 0 : distance / 2)
  return (increase * (extrapolated / sampled)) / seconds
}

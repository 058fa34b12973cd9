// The values of a window: what functions over ranges make of them.

export interface Sample {
  timeNs: bigint
  value: number
}

export type OverTime = (samples: readonly Sample[], seconds: number) => number

const values = (samples: readonly Sample[]): number[] => samples.map(({ value }) => value)
export const sumOf = (all: readonly number[]): number => all.reduce((sum, value) => sum + value, 0)
export const meanOf = (all: readonly number[]): number => sumOf(all.map((value) => value / all.length))
export const varianceOf = (all: readonly number[]): number => {
  if (!all.every(Number.isFinite)) return Number.NaN
  if (all.every((value) => value === all[0])) return 0
  const mean = meanOf(all)
  return meanOf(all.map((value) => (value - mean) ** 2))
}

export const overTime = {
  sum: (samples) => sumOf(values(samples)),
  rate: (samples, seconds) => sumOf(values(samples)) / seconds,
  count: (samples) => samples.length,
  avg: (samples) => meanOf(values(samples)),
  min: (samples) => Math.min(...values(samples)),
  max: (samples) => Math.max(...values(samples)),
  stdvar: (samples) => varianceOf(values(samples)),
  stddev: (samples) => Math.sqrt(varianceOf(values(samples))),
  first: (samples) => samples[0]!.value,
  last: (samples) => samples.at(-1)!.value,
  counter: counterRate,
} satisfies Record<string, OverTime>

/** Between two values the weighted mean of both. Below 0 and above 1 there is none. */
export const quantile =
  (q: number): OverTime =>
  (samples) => {
    if (q < 0 || q > 1) return q < 0 ? -Infinity : Infinity
    const sorted = values(samples).toSorted((a, b) => a - b)
    const rank = q * (sorted.length - 1)
    const [low, high] = [sorted[Math.floor(rank)]!, sorted[Math.ceil(rank)]!]
    return low + (high - low) * (rank - Math.floor(rank))
  }

/**
 * The rate of a counter, whose value falls where it begins again at 0, carried on to the begin and the end of the
 * window. Times of samples are ns where Prometheus has ms, which Loki's documentation shows in its numbers.
 */
function counterRate(samples: readonly Sample[], seconds: number): number {
  if (samples.length < 2) return 0
  const [first, last] = [samples[0]!, samples.at(-1)!]
  const resets = samples.map(({ value }, i) => (i > 0 && value < samples[i - 1]!.value ? samples[i - 1]!.value : 0))
  const increase = last.value - first.value + sumOf(resets)
  const sampled = Number(last.timeNs - first.timeNs) / 1000
  const between = sampled / (samples.length - 1)
  const toZero = increase > 0 && first.value >= 0 ? sampled * (first.value / increase) : Infinity
  const before = Math.min(seconds, toZero)
  const whole = sampled + (before < between * 1.1 ? before : between / 2)
  return (increase * (whole / sampled)) / seconds
}

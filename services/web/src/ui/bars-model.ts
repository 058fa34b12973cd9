// Pure: counts over time as stacked bars, from the top of the stack down, as they are drawn over each other.

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
}

/** ms of a step like `5m` or `1h30m`. */
export const stepMs = (step: string): number =>
  [...step.matchAll(/(\d+)(ms|[smhdw])/g)].reduce((sum, [, count, unit]) => sum + Number(count) * unitMs[unit!]!, 0)

/** For each name, the height of it and of all names behind it, in each bucket. */
export const stacked = <B>(buckets: readonly B[], names: readonly string[], count: (b: B, name: string) => number) => {
  const heights = names.map(() => buckets.map(() => 0))
  for (const [x, bucket] of buckets.entries()) {
    let height = 0
    for (let i = names.length - 1; i >= 0; i--) {
      height += count(bucket, names[i]!)
      heights[i]![x] = height
    }
  }
  return heights
}

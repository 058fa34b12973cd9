// Pure: counts over time as stacked bars, from the top of the stack down, as they are drawn over each other.

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

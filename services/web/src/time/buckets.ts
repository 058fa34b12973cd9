// Pure: buckets of time of the API, which says their width like `5m` or `1h`.

const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/** ms of `1h30m`; 0 where it is none. */
export const stepMs = (step: string): number =>
  [...step.matchAll(/(\d+)(ms|[smhdw])/g)].reduce((sum, [, count, unit]) => sum + Number(count) * units[unit!]!, 0)

/** Where the last bucket ends, RFC 3339. */
export const endOfBuckets = (buckets: readonly { time: string }[], step: string): string =>
  new Date(Date.parse(buckets.at(-1)!.time) + stepMs(step)).toISOString()

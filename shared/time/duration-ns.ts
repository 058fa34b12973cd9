// Pure: 1h30m  -5m  1.5s
// Durations as the language of Go writes them, with days, weeks and years as Prometheus has them.
// https://pkg.go.dev/time#ParseDuration

const unitNs: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
  d: 86_400e9,
  w: 604_800e9,
  y: 31_536_000e9,
}

/** ns; undefined where it is no duration. */
export function durationNs(written: string): number | undefined {
  const match = /^([+-]?)((?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h|d|w|y))+$/.exec(written)
  if (match === null) return written === '0' || written === '+0' || written === '-0' ? 0 : undefined
  let ns = 0
  for (const [, count, unit] of written.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h|d|w|y)/g))
    ns += Number(count) * unitNs[unit!]!
  return match[1] === '-' ? -ns : ns
}

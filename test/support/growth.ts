// How work grows with what it is done on, for tests that promise that nothing is compared with everything. CPU time of
// this process, the least of several runs: a busy machine stretches the clock, and hardly this.

/**
 * By which factor the work on `size * 8` things costs more than on `size`: about 8 where it grows as they do, 64 where
 * each meets each.
 */
export function growthOf<T>(size: number, given: (size: number) => T, work: (things: T) => void): number {
  const [small, large] = [given(size), given(size * 8)]
  const runs = Array.from({ length: 3 }, () => [cpuMs(() => work(small)), cpuMs(() => work(large))] as const)
  return Math.min(...runs.map(([, cost]) => cost)) / Math.min(...runs.map(([cost]) => cost))
}

function cpuMs(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

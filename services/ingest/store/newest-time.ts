// The newest time that is known, for what must not seem to be earlier than it was: which lives had begun when a letter
// came. It goes on where the wall clock is put back.
import type { LogStore } from '#shared/clickhouse/store.ts'
import { readMark } from '#shared/retention/retention-marks.ts'

export interface NewestTime {
  /** ms since 1970, never before the wall clock. */
  ms(): Promise<number>
  close(): void
}

const readEveryMs = 60_000

/** @param clock ms since 1970. */
export function createNewestTime({ store, clock }: { store: LogStore; clock: () => number }): NewestTime {
  let known: { ms: number; at: number } | undefined
  async function read(): Promise<void> {
    // A store that cannot say it now will not take the letter either.
    const ms = await readMark(store, 'newest').catch(() => undefined)
    if (ms !== undefined) known = { ms, at: performance.now() }
  }
  const expected = (): number => (known === undefined ? -Infinity : known.ms + performance.now() - known.at)
  const first = read()
  const timer = setInterval(() => void read(), readEveryMs)
  return {
    ms: async () => {
      await first
      if (known === undefined) await read()
      return Math.max(clock(), expected())
    },
    close: () => clearInterval(timer),
  }
}

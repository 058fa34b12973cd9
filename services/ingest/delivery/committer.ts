// Commits the offsets that the trackers allow: one commit at a time, at most one per interval, and again after a
// failure. A commit may be late, never early. After a restart, messages with a late commit are delivered again, and
// their rows collapse by identity.

export interface Commit {
  topic: string
  partition: number
  /** The first offset that is not acknowledged. */
  offset: bigint
}

export interface CommitterOptions {
  /** The offsets that may be committed now and are not committed yet. */
  due(): readonly Commit[]
  commit(commits: readonly Commit[]): Promise<void>
  onCommitted(commits: readonly Commit[]): void
  onFailed(error: unknown): void
  /** ms between commits. */
  intervalMs: number
  /** ms before the next attempt, after a commit that failed. */
  retryMs: number
}

export interface Committer {
  /** Schedules a commit, since offsets may be due. */
  wake(): void
  /** Commits once what is due now. Resolves when that commit has succeeded or failed; nothing is committed later. */
  close(): Promise<void>
}

export function createCommitter({
  due,
  commit,
  onCommitted,
  onFailed,
  intervalMs,
  retryMs,
}: CommitterOptions): Committer {
  let running: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  let closed = false

  function schedule(delayMs: number): void {
    if (closed || timer !== undefined || running !== undefined) return
    timer = setTimeout(() => {
      timer = undefined
      void run()
    }, delayMs)
  }

  function run(): Promise<void> {
    running = runOnce()
    return running
  }

  async function runOnce(): Promise<void> {
    const delayMs = await once()
    running = undefined
    if (delayMs !== undefined) schedule(delayMs)
  }

  /** Returns the ms until the next attempt, or undefined where nothing was due. */
  async function once(): Promise<number | undefined> {
    const commits = due()
    if (commits.length === 0) return undefined
    try {
      await commit(commits)
      onCommitted(commits)
      return intervalMs
    } catch (error) {
      onFailed(error)
      return retryMs
    }
  }

  return {
    wake: () => schedule(intervalMs),
    close: async () => {
      closed = true
      clearTimeout(timer)
      await running
      await run()
    },
  }
}

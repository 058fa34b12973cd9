// Commits what trackers say may be committed: one commit at a time, not more often than it is worth, and again after one that failed.
// A commit is only ever late, never early; what is committed late is delivered again, and collapses.

export interface Commit {
  topic: string
  partition: number
  /** The first offset that is not acknowledged. */
  offset: bigint
}

export interface CommitterOptions {
  /** What may be committed now and is not yet. */
  due(): readonly Commit[]
  commit(commits: readonly Commit[]): Promise<void>
  onCommitted(commits: readonly Commit[]): void
  onFailed(error: unknown): void
  /** ms between commits. */
  intervalMs: number
  /** ms after a commit that failed. */
  retryMs: number
}

export interface Committer {
  /** Something may be due. */
  wake(): void
  /** Commits what is due now; resolves when that has succeeded or failed once. Nothing is committed after. */
  close(): Promise<void>
}

export function createCommitter({ due, commit, onCommitted, onFailed, intervalMs, retryMs }: CommitterOptions): Committer {
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

  /** ms until the next look; undefined where nothing was due. */
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

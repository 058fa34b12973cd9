// Which offsets of one partition may be committed: the contiguous prefix of what was taken that has been acknowledged, and never more.
// Knows nothing of what is delivered, to whom, or how. Its proof by cases: docs/decisions/0006-kafka-delivery.md.

export interface OffsetTracker<Mark> {
  /** Where the next range begins: everything before it was taken. */
  readonly position: bigint
  /** Everything before this offset is acknowledged: what a commit may say. */
  readonly prefix: bigint
  /** Of the last range of the prefix. */
  readonly mark: Mark | undefined
  /** Ranges taken and not acknowledged. */
  readonly pending: number
  /** Takes [position, next). The answer acknowledges that range; ranges may be acknowledged in any order, and again. */
  take(next: bigint, mark: Mark): () => void
}

interface Range<Mark> {
  next: bigint
  mark: Mark
  acknowledged: boolean
}

/** @param start The first offset that nobody has acknowledged: the committed one. */
export function createOffsetTracker<Mark>(start: bigint): OffsetTracker<Mark> {
  /** Ranges behind the prefix, in order, gapless. */
  const ranges: Range<Mark>[] = []
  let position = start
  let prefix = start
  let mark: Mark | undefined
  let pending = 0

  function advance(): void {
    let passed = 0
    for (const range of ranges) {
      if (!range.acknowledged) break
      prefix = range.next
      mark = range.mark
      passed++
    }
    ranges.splice(0, passed)
  }

  return {
    get position() {
      return position
    },
    get prefix() {
      return prefix
    },
    get mark() {
      return mark
    },
    get pending() {
      return pending
    },
    take(next, itsMark) {
      if (next <= position) throw new Error(`offsets are taken forwards: ${next} after ${position}`)
      const range: Range<Mark> = { next, mark: itsMark, acknowledged: false }
      ranges.push(range)
      position = next
      pending++
      return () => {
        if (range.acknowledged) return
        range.acknowledged = true
        pending--
        if (ranges[0] === range) advance()
      }
    },
  }
}

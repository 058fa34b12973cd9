// Tells which offsets of one partition may be committed: the contiguous acknowledged prefix of what was taken, never
// more. The module does not know what is delivered, to whom, or how. Proof by cases:
// docs/decisions/0006-kafka-delivery.md.

export interface OffsetTracker<Mark> {
  /** Where the next range begins: every offset before it was taken. */
  readonly position: bigint
  /** The offset to commit: every offset before it is acknowledged. */
  readonly prefix: bigint
  /** The mark of the last range in the prefix. */
  readonly mark: Mark | undefined
  /** How many ranges were taken and are not acknowledged. */
  readonly pending: number
  /** Takes [position, next). Call the result to acknowledge that range, in any order of ranges, once or more often. */
  take(next: bigint, mark: Mark): () => void
}

interface Range<Mark> {
  next: bigint
  mark: Mark
  acknowledged: boolean
}

/** @param start The committed offset: the first one that is not acknowledged. */
export function createOffsetTracker<Mark>(start: bigint): OffsetTracker<Mark> {
  /** Ranges behind the prefix, in order and without gaps. */
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
      if (next <= position) throw new Error(`ranges of offsets are taken in order: ${next} came after ${position}`)
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

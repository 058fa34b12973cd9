// Pure: which batches of lines the reader of arrivals has read, so that it reads each row once although merges move rows
// into other parts. Rows of one batch may stand in several parts, and two processes may give one number to two batches,
// so the rows count by their fingerprints. Where these leave a doubt, a batch counts as unread: tails send no line twice.
import type { BatchRow } from './feed-statements.ts'

export interface ReadBatches {
  isRead(batch: BatchRow): boolean
  add(batch: BatchRow): void
  /** Forgets batches that arrived before (epoch ms). */
  forgetBefore(received: number): void
  readonly size: number
  /** Nothing that arrived before is remembered, epoch ms. */
  readonly begin: number
}

interface Entry {
  received: number
  /** Of rows that were read together. */
  fingerprints: Set<string>
  /** Of all rows that were read, where no two of them have rows in common. */
  ofAll: bigint
}

const nameOf = ({ partition, received, arrival, batch }: BatchRow): string =>
  `${partition}/${received}/${arrival}/${batch}`

export function createReadBatches({ batchesMax = 300_000 }: { batchesMax?: number } = {}): ReadBatches {
  const entries = new Map<string, Entry>()
  let begin = 0
  return {
    isRead(batch) {
      const entry = entries.get(nameOf(batch))
      return entry !== undefined && has(entry, batch)
    },
    add(batch) {
      const name = nameOf(batch)
      const entry = entries.get(name) ?? { received: batch.received, fingerprints: new Set(), ofAll: 0n }
      entries.set(name, entry)
      if (has(entry, batch)) return
      entry.fingerprints.add(batch.fingerprint)
      entry.ofAll ^= BigInt(batch.fingerprint)
      for (const [oldest, { received }] of entries) {
        if (entries.size <= batchesMax) return
        entries.delete(oldest)
        begin = Math.max(begin, received + 1)
      }
    },
    forgetBefore(received) {
      begin = Math.max(begin, received)
      for (const [name, entry] of entries) {
        if (entry.received >= received) return
        entries.delete(name)
      }
    },
    get size() {
      return entries.size
    },
    get begin() {
      return begin
    },
  }
}

const has = ({ fingerprints, ofAll }: Entry, { fingerprint }: BatchRow): boolean =>
  fingerprints.has(fingerprint) || (fingerprints.size > 0 && ofAll === BigInt(fingerprint))

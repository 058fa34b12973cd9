// Where each assigned partition begins: at the committed offset, at the start of the log where there is none, where retention has passed
// it (what it took is lost), or where the log ends before it, since then the topic was deleted and made again. Steps 3 and 4 of
// docs/decisions/0006-kafka-delivery.md.
import type { AssignedPartition, TopicPartition } from './consumer-port.ts'
import { keyOf, type PartitionOffsets } from './partition-offsets.ts'

/** A committed offset behind the end of the log is looked at so often before it is believed: a new leader may not know its end yet. */
const looksMin = 3

export interface WhereToBeginOptions {
  offsets: PartitionOffsets
  groupId: string
  partitions: readonly TopicPartition[]
  /** Counts from 1. */
  look: number
}

/** Rejects where it cannot be said yet; ask again, a look later. */
export async function whereToBegin({ offsets, groupId, partitions, look }: WhereToBeginOptions): Promise<AssignedPartition[]> {
  if (partitions.length === 0) return []
  const names = [...new Set(partitions.map(({ topic }) => topic))]
  // In this order: a log does not end before what was committed of it.
  const committed = await offsets.committed(groupId, names)
  const bounds = await offsets.bounds(names)
  return partitions.map((at) => {
    const found = bounds.get(keyOf(at))
    if (found === undefined) throw new Error(`${keyOf(at)} is not there`)
    const { low, high } = found
    const offset = committed.get(keyOf(at))
    if (offset === undefined) return { ...at, position: low }
    if (offset > high && look < looksMin) throw new Error(`${keyOf(at)} ends at ${high}, and ${offset} was committed of it`)
    // The topic was deleted and made again: all of it is new.
    if (offset > high) return { ...at, position: low }
    if (offset >= low) return { ...at, position: offset }
    return { ...at, position: low, lost: { ...at, from: offset, to: low } }
  })
}

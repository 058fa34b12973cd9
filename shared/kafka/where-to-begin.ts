// Decides where each assigned partition begins: at the committed offset; at the start of its log where none was
// committed, or where retention has passed the committed one (the offsets between are lost), or where the log ends
// before it, since the topic was deleted and made again. Steps 3 and 4 of docs/decisions/0006-kafka-delivery.md.
import type { AssignedPartition, TopicPartition } from './consumer-port.ts'
import { keyOf, type PartitionOffsets } from './partition-offsets.ts'

/**
 * How often a committed offset must lie behind the end of the log until it counts. A new leader may not know its end
 * yet.
 */
const attemptsMin = 3

export interface WhereToBeginOptions {
  offsets: PartitionOffsets
  groupId: string
  partitions: readonly TopicPartition[]
  /** Counts from 1. */
  attempt: number
}

/** Rejects while the answer is not certain. Then call it again, later and with the next attempt. */
export async function whereToBegin({
  offsets,
  groupId,
  partitions,
  attempt,
}: WhereToBeginOptions): Promise<AssignedPartition[]> {
  if (partitions.length === 0) return []
  const names = [...new Set(partitions.map(({ topic }) => topic))]
  // In this order, since a log does not end before an offset that was committed earlier.
  const committed = await offsets.committed(groupId, names)
  const bounds = await offsets.bounds(names)
  return partitions.map((at) => {
    const logBounds = bounds.get(keyOf(at))
    if (logBounds === undefined) throw new Error(`${keyOf(at)} does not exist`)
    const { low, high } = logBounds
    const offset = committed.get(keyOf(at))
    if (offset === undefined) return { ...at, position: low }
    if (offset > high && attempt < attemptsMin)
      throw new Error(`${keyOf(at)} ends at ${high}, and ${offset} was committed of it`)
    // The topic was deleted and made again, so all of it is new.
    if (offset > high) return { ...at, position: low }
    if (offset >= low) return { ...at, position: offset }
    return { ...at, position: low, lost: { ...at, from: offset, to: low } }
  })
}

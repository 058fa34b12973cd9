// Messages that wait to be published, in a first-in-first-out lane per topic: messages of one key stay in order, and a
// failing topic does not hold up the others. The queue is bounded in bytes, which count from `add` until `release`.
import type { KafkaMessage } from './publisher-port.ts'

/**
 * One call of publish(). It settles once: when its last message is acknowledged, or the first one has failed for good.
 */
export interface Publication {
  waiting: Set<Waiting>
  settled: boolean
}

export interface Waiting {
  readonly message: KafkaMessage
  readonly bytes: number
  readonly publication: Publication
  /** Whether it must be sent alone, since a group with it was refused. */
  alone: boolean
}

interface Lane {
  /** Messages that were taken and put back, in order. They go before the others. */
  again: Waiting[]
  fresh: Set<Waiting>
}

const groupMessagesMax = 1000

export function createPublishQueue({
  bytesMax,
  groupBytesMax,
}: {
  bytesMax: number
  groupBytesMax: (topic: string) => number
}) {
  /** The next topic to serve comes first. */
  const lanes = new Map<string, Lane>()
  let bytes = 0

  return {
    bytes: (): number => bytes,

    /** Returns false where the messages do not fit. An empty queue takes a publication of any size. */
    add(publication: Publication, messages: readonly KafkaMessage[]): boolean {
      const entries = messages.map((message) => ({ message, bytes: bytesOf(message), publication, alone: false }))
      const more = entries.reduce((sum, entry) => sum + entry.bytes, 0)
      if (bytes > 0 && bytes + more > bytesMax) return false
      bytes += more
      for (const entry of entries) {
        laneOf(entry.message.topic).fresh.add(entry)
        publication.waiting.add(entry)
      }
      return true
    },

    /**
     * Takes the next messages of the topic whose turn it is, as many as fit into a record batch. A larger message goes
     * alone.
     */
    take(): { topic: string; group: Waiting[] } | undefined {
      for (const [topic, lane] of lanes) {
        lanes.delete(topic)
        const group = takeFrom(lane, groupBytesMax(topic))
        if (lane.again.length + lane.fresh.size > 0) lanes.set(topic, lane)
        if (group.length > 0) return { topic, group }
      }
      return undefined
    },

    /** Puts a group back at the head of its lane, without messages of settled publications. */
    putBack(topic: string, group: readonly Waiting[]): void {
      const unsettled = group.filter((entry) => !entry.publication.settled)
      if (unsettled.length > 0) laneOf(topic).again.unshift(...unsettled)
    },

    /** Removes a message that is acknowledged, or whose publication is settled. */
    release(entry: Waiting): void {
      if (!entry.publication.waiting.delete(entry)) return
      bytes -= entry.bytes
      const lane = lanes.get(entry.message.topic)
      if (lane?.fresh.delete(entry) === false) lane.again = lane.again.filter((other) => other !== entry)
    },
  }

  function laneOf(topic: string): Lane {
    const lane = lanes.get(topic) ?? { again: [], fresh: new Set() }
    lanes.set(topic, lane)
    return lane
  }
}

function takeFrom(lane: Lane, groupBytes: number): Waiting[] {
  const group: Waiting[] = []
  let size = 0
  const next = lane.again.concat([...lane.fresh.keys().take(groupMessagesMax)])
  for (const entry of next) {
    if (group.length === groupMessagesMax) break
    if (group.length > 0 && (entry.alone || size + entry.bytes > groupBytes)) break
    group.push(entry)
    size += entry.bytes
    if (entry.alone) break
  }
  lane.again.splice(0, group.length)
  for (const entry of group) lane.fresh.delete(entry)
  return group
}

/** The bytes of a message in a record batch: its content, and the most that lengths and deltas around it take. */
function bytesOf({ key, value, headers }: KafkaMessage): number {
  let bytes = 32 + (key?.length ?? 0) + value.length
  for (const [name, text] of Object.entries(headers)) bytes += 10 + Buffer.byteLength(name) + Buffer.byteLength(text)
  return bytes
}

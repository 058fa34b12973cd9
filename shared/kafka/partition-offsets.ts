// Asks the broker for offsets: where logs begin and end, and what a group has committed. A request fails within
// seconds, and the next one connects anew.
import type { Admin, Kafka } from 'kafkajs'
import type { TopicPartition } from './consumer-port.ts'
import { protocolErrorOf } from './protocol-error.ts'

/** The offsets that exist: [low, high). */
export interface PartitionBounds {
  low: bigint
  high: bigint
}

export interface PartitionOffsets {
  /** Returns bounds by `topic/partition`, without topics that do not exist. */
  bounds(topics: readonly string[]): Promise<ReadonlyMap<string, PartitionBounds>>
  /** Returns offsets by `topic/partition`, without partitions of which the group has committed none. */
  committed(groupId: string, topics: readonly string[]): Promise<ReadonlyMap<string, bigint>>
  close(): Promise<void>
}

export const keyOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`

export function createPartitionOffsets(kafka: Kafka): PartitionOffsets {
  let connected: Promise<Admin> | undefined

  async function connect(): Promise<Admin> {
    const admin = kafka.admin({ retry: { retries: 2, initialRetryTime: 100, maxRetryTime: 500 } })
    await admin.connect()
    return admin
  }

  async function ask<T>(question: (admin: Admin) => Promise<T>): Promise<T> {
    const connection = (connected ??= connect())
    try {
      return await question(await connection)
    } catch (error) {
      if (connected === connection) connected = undefined
      void connection.then((admin) => admin.disconnect()).catch(() => undefined)
      throw error
    }
  }

  return {
    bounds: (topics) =>
      ask(async (admin) => {
        const bounds = new Map<string, PartitionBounds>()
        for (const topic of topics)
          for (const { partition, low, high } of await offsetsOf(admin, topic))
            bounds.set(keyOf({ topic, partition }), { low: BigInt(low), high: BigInt(high) })
        return bounds
      }),
    committed: (groupId, topics) =>
      ask(async (admin) => {
        const committed = new Map<string, bigint>()
        for (const { topic, partitions } of await admin.fetchOffsets({ groupId, topics: [...topics] }))
          for (const { partition, offset } of partitions)
            if (BigInt(offset) >= 0n) committed.set(keyOf({ topic, partition }), BigInt(offset))
        return committed
      }),
    close: async () => {
      await connected?.then((admin) => admin.disconnect()).catch(() => undefined)
    },
  }
}

async function offsetsOf(admin: Admin, topic: string) {
  try {
    return await admin.fetchTopicOffsets(topic)
  } catch (error) {
    if (protocolErrorOf(error) === 'UNKNOWN_TOPIC_OR_PARTITION') return []
    throw error
  }
}

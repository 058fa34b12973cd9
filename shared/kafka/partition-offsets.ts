// What the broker says of offsets: where logs begin and end, what a group has committed. Asked for answers, not for patience: a question
// fails within seconds, and the next one connects anew.
import type { Admin, Kafka } from 'kafkajs'
import type { TopicPartition } from './consumer-port.ts'
import { protocolErrorOf } from './protocol-error.ts'

/** Offsets that are there: [low, high). */
export interface PartitionBounds {
  low: bigint
  high: bigint
}

export interface PartitionOffsets {
  /** By `topic/partition`; topics that are not there are not in it. */
  bounds(topics: readonly string[]): Promise<ReadonlyMap<string, PartitionBounds>>
  /** By `topic/partition`; partitions that the group never committed are not in it. */
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

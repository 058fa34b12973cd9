// Partitions as kafkajs takes them: the numbers of each topic.
import type { TopicPartition } from './consumer-port.ts'

export function byTopic(partitions: readonly TopicPartition[]): { topic: string; partitions: number[] }[] {
  return [...Map.groupBy(partitions, ({ topic }) => topic)].map(([topic, of]) => ({
    topic,
    partitions: of.map(({ partition }) => partition),
  }))
}

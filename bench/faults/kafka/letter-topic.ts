// The topic of dead letters, read to its end: letters come there at least once, and only of what was poisoned.
import { setTimeout as sleep } from 'node:timers/promises'
import { Kafka, logLevel } from 'kafkajs'
import { registerCodecs } from '#shared/kafka/codecs.ts'
import { deadLetterTopic } from '#shared/kafka/settings.ts'
import { withAdmin } from '#test/support/kafka/topics.ts'

export interface LetterTopicOptions {
  brokers: string
  /** Only letters of messages of this topic. */
  topic: string
  /** A consumer group that nobody used. */
  group: string
  /** `topic/partition@offset#index` */
  poison: readonly string[]
}

const readMsMax = 30_000

interface Letter {
  topic: string | null
  partition: number | null
  offset: number | null
  index: number
}

/** Faults, a sentence each. */
export async function verifyLetterTopic({ brokers, topic, group, poison }: LetterTopicOptions): Promise<string[]> {
  const stored = new Set<string>()
  for (const value of await readTopic(brokers, deadLetterTopic, group)) {
    const letter = JSON.parse(value) as Letter
    if (letter.topic === topic) stored.add(`${topic}/${letter.partition}@${letter.offset}#${letter.index}`)
  }
  const expected = new Set(poison)
  return [
    ...[...expected.difference(stored)].map((place) => `${deadLetterTopic} has no letter of ${place}`),
    ...[...stored.difference(expected)].map((place) => `${deadLetterTopic} has a letter of ${place}, which was not poisoned`),
  ]
}

/** Values of all messages that are there now. */
async function readTopic(brokers: string, topic: string, group: string): Promise<string[]> {
  const ends = new Map(
    (await withAdmin(brokers, (admin) => admin.fetchTopicOffsets(topic))).map(({ partition, low, high }) => [
      partition,
      { low, high },
    ]),
  )
  const open = new Set([...ends].flatMap(([partition, { low, high }]) => (low === high ? [] : [partition])))
  const values: string[] = []
  if (open.size === 0) return values
  registerCodecs()
  const consumer = new Kafka({ clientId: 'afterlog-faults', brokers: [brokers], logLevel: logLevel.NOTHING }).consumer({
    groupId: group,
    maxWaitTimeInMs: 100,
  })
  await consumer.connect()
  try {
    await consumer.subscribe({ topic, fromBeginning: true })
    const { promise: read, resolve } = Promise.withResolvers<void>()
    await consumer.run({
      autoCommit: false,
      eachBatch: ({ batch }) => {
        for (const { value } of batch.messages) values.push(String(value))
        if (BigInt(batch.lastOffset()) + 1n >= BigInt(ends.get(batch.partition)!.high)) open.delete(batch.partition)
        if (open.size === 0) resolve()
        return Promise.resolve()
      },
    })
    const late = await Promise.race([read, sleep(readMsMax, true, { ref: false })])
    if (late === true) throw new Error(`${topic} could not be read to its end`)
  } finally {
    await consumer.disconnect()
  }
  return values
}

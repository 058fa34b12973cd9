// A corpus into a fresh topic, uncompressed, as fast as one producer goes.
import { Kafka, logLevel, type Message } from 'kafkajs'
import { createTopics } from '#test/support/kafka/topics.ts'
import { messagesOf, readCorpus, type CorpusOptions } from './corpus.ts'

export interface ProduceOptions extends CorpusOptions {
  brokers: string
  topic: string
  linesPerMessage: number
}

export interface Produced {
  messages: number
  bytes: number
  seconds: number
}

const sendBytesMax = 1_000_000
const sendMessagesMax = 5000
const sendsAtOnce = 3

/** Resolves when the broker has all of it. */
export async function produceCorpus({ brokers, topic, linesPerMessage, ...corpus }: ProduceOptions): Promise<Produced> {
  await createTopics(brokers, [{ topic, partitions: corpus.partitions }])
  const kafka = new Kafka({ clientId: 'afterlog-bench', brokers: brokers.split(','), logLevel: logLevel.NOTHING })
  const producer = kafka.producer({ allowAutoTopicCreation: false })
  await producer.connect()
  const startedMs = performance.now()
  const produced = { messages: 0, bytes: 0 }
  const sending = new Set<Promise<void>>()
  let group: Message[] = []
  let groupBytes = 0

  const flush = async (): Promise<void> => {
    const messages = group
    group = []
    groupBytes = 0
    const sent: Promise<void> = producer.send({ topic, acks: -1, messages }).then(() => void sending.delete(sent))
    sending.add(sent)
    if (sending.size >= sendsAtOnce) await Promise.race(sending)
  }
  for (const reading of readCorpus(corpus)) {
    for (const value of messagesOf(reading, linesPerMessage)) {
      group.push({ value, partition: reading.partition })
      groupBytes += value.length
      produced.messages++
      produced.bytes += value.length
    }
    if (groupBytes >= sendBytesMax || group.length >= sendMessagesMax) await flush()
  }
  if (group.length > 0) await flush()
  await Promise.all(sending)
  await producer.disconnect()
  return { ...produced, seconds: (performance.now() - startedMs) / 1000 }
}

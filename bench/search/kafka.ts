// Loads the corpus into Afterlog through a real broker: agents have produced it, and the service works it off. What is
// measured begins when the service has its partitions.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Kafka, logLevel } from 'kafkajs'
import { startKafka } from '#test/support/kafka/start.ts'
import { createTopics } from '#test/support/kafka/topics.ts'
import { watchGroup } from '../kafka/group-lag.ts'
import { cpuSeconds } from '../load/process-cost.ts'
import { readBatches, type Corpus } from './corpus/batches.ts'
import { settle, type LoadFigures, type LoadOptions } from './load.ts'
import { startAfterlog } from './stores/afterlog.ts'

const [topic, group, partitions] = ['bench-search', 'bench-search', 6] as const
/** Of a message, below what brokers take by default. */
const messageBytesMax = 900_000

export async function loadByKafka(options: LoadOptions & { checkout: string }): Promise<LoadFigures> {
  const { corpus, folder, checkout, said } = options
  await rm(folder, { recursive: true, force: true })
  await using broker = await startKafka()
  const { brokers } = broker
  await produce({ brokers, corpus, said })
  await using watch = await watchGroup({ brokers, topic, group })
  const loading = join(folder, 'loading')
  const env = {
    AFTERLOG_KAFKA_BROKERS: brokers,
    AFTERLOG_KAFKA_GROUP: group,
    AFTERLOG_KAFKA_TOPICS: `${topic}:native`,
  }
  const running = await startAfterlog({ dataDir: loading, checkout, env })
  await using _ = running
  const before = cpuSeconds(running.pid)
  const startedMs = performance.now()
  const ends = await watch.ends()
  while (!(await watch.reached(ends))) await sleep(50)
  const seconds = (performance.now() - startedMs) / 1000
  return await settle({ ...options, running, loading, before, seconds })
}

async function produce({ brokers, corpus, said }: { brokers: string; corpus: Corpus; said(text: string): void }): Promise<void> {
  await createTopics(brokers, [{ topic, partitions }])
  const kafka = new Kafka({ clientId: 'afterlog-bench', brokers: [brokers], logLevel: logLevel.NOTHING })
  const producer = kafka.producer({ allowAutoTopicCreation: false })
  await producer.connect()
  let sent = 0
  for await (const batch of readBatches(corpus, { resend: true })) {
    const messages = messagesOf(batch).map((value) => ({ value, partition: sent % partitions }))
    await producer.send({ topic, acks: -1, messages })
    if (++sent % 100 === 0) said(`${sent} batches produced`)
  }
  await producer.disconnect()
}

/** Cuts a batch where lines end. */
function messagesOf(batch: Buffer): Buffer[] {
  const messages: Buffer[] = []
  for (let start = 0; start < batch.length;) {
    const most = start + messageBytesMax
    const end = most >= batch.length ? batch.length : batch.lastIndexOf(0x0a, most) + 1
    messages.push(batch.subarray(start, end))
    start = end
  }
  return messages
}

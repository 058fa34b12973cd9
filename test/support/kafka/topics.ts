// Topics of a test, made with the client that the services use too.
import { Kafka, logLevel, type Admin } from 'kafkajs'

export interface TestTopic {
  topic: string
  /** Default 1. */
  partitions?: number
  /** Settings of the topic, e.g. `{ 'retention.ms': '1000' }`. */
  settings?: Readonly<Record<string, string>>
}

/** Resolves when every partition of them has its leader. */
export async function createTopics(brokers: string, topics: readonly TestTopic[]): Promise<void> {
  await withAdmin(brokers, async (admin) => {
    await admin.createTopics({
      waitForLeaders: true,
      topics: topics.map(({ topic, partitions = 1, settings = {} }) => ({
        topic,
        numPartitions: partitions,
        replicationFactor: 1,
        configEntries: Object.entries(settings).map(([name, value]) => ({ name, value })),
      })),
    })
  })
}

/** An admin client for as long as `use` takes. */
export async function withAdmin<T>(brokers: string, use: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = new Kafka({ clientId: 'afterlog-test', brokers: brokers.split(','), logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    return await use(admin)
  } finally {
    await admin.disconnect()
  }
}

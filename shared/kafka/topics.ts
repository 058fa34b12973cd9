// The topics before anything uses them: missing ones are created, existing ones are left as they are, and each is asked how large a
// message may be. A compacted topic is refused: the broker deletes all but the last message of a key, so lines would vanish unseen.
import { setTimeout as sleep } from 'node:timers/promises'
import kafkajs, { type Admin } from 'kafkajs'
import { describeKafkaError, protocolErrorOf } from './protocol-error.ts'
import type { Logger } from '#shared/logger.ts'

/** The broker's default of max.message.bytes, taken where the broker does not say. */
export const messageBytesDefault = 1_048_588
const messageBytesCreated = 8 * 1024 * 1024

export interface TopicState {
  /** max.message.bytes: the bytes that a record batch of the topic may have. */
  messageBytesMax: number
  /** Why this topic must not be used, in a sentence. */
  refused?: string
}

/**
 * `admin` is connected. Partitions, replication (undefined: the brokers' default) and retention are of topics that are created. Processes that do this
 * at once do not disturb each other. Rejects where the broker does not answer; what it forbids is in `refused`, and may pass.
 */
export async function prepareTopics({
  admin,
  topics,
  partitions,
  replication,
  retentionDays,
  log,
}: {
  admin: Admin
  topics: readonly string[]
  partitions: number
  replication?: number | undefined
  retentionDays: number
  log: Logger
}): Promise<Map<string, TopicState>> {
  const existing = new Set(await admin.listTopics())
  const states = new Map<string, TopicState>()
  for (const topic of new Set(topics)) {
    const refused = existing.has(topic) ? undefined : await create(topic)
    states.set(
      topic,
      refused === undefined ? await inspect(admin, topic, log) : { messageBytesMax: messageBytesDefault, refused },
    )
  }
  return states

  /** Returns why it could not be created. */
  async function create(topic: string): Promise<string | undefined> {
    const configEntries = [
      { name: 'cleanup.policy', value: 'delete' },
      { name: 'retention.ms', value: String(retentionDays * 86_400_000) },
      { name: 'message.timestamp.type', value: 'LogAppendTime' },
      { name: 'max.message.bytes', value: String(messageBytesCreated) },
    ]
    const replicationFactor = replication ?? -1
    try {
      const made = await admin.createTopics({
        // kafkajs fails where the broker it asks does not know the topic yet; settingsOf waits for that.
        waitForLeaders: false,
        topics: [{ topic, numPartitions: partitions, replicationFactor, configEntries }],
      })
      if (made) log.info({ topic, partitions, replication, retentionDays }, 'topic created')
      return undefined
    } catch (error) {
      if (protocolErrorOf(error) === undefined) throw error
      return `the topic ${topic} does not exist and the broker does not create it: ${describeKafkaError(error)}`
    }
  }
}

async function inspect(admin: Admin, topic: string, log: Logger): Promise<TopicState> {
  let settings: Map<string, string>
  try {
    settings = await settingsOf(admin, topic)
  } catch (error) {
    if (protocolErrorOf(error) === undefined) throw error
    log.warn(
      { topic, error: describeKafkaError(error) },
      'the broker does not show the settings of this topic; defaults are assumed',
    )
    return { messageBytesMax: messageBytesDefault }
  }
  const messageBytesMax = Number(settings.get('max.message.bytes')) || messageBytesDefault
  const policy = settings.get('cleanup.policy') ?? ''
  if (!policy.split(',').some((part) => part.trim() === 'compact')) return { messageBytesMax }
  const refused = `the topic ${topic} has cleanup.policy=${policy}: compaction deletes messages, so lines would be lost; set cleanup.policy=delete`
  return { messageBytesMax, refused }
}

async function settingsOf(admin: Admin, name: string): Promise<Map<string, string>> {
  const configNames = ['max.message.bytes', 'cleanup.policy']
  // A topic that was just created is known to some brokers a little later than to others.
  for (let attempt = 0; ; attempt++) {
    try {
      const resources = [{ type: kafkajs.ConfigResourceTypes.TOPIC, name, configNames }]
      const answer = await admin.describeConfigs({ includeSynonyms: false, resources })
      return new Map(
        answer.resources.flatMap(({ configEntries }) => configEntries.map((entry) => [entry.configName, entry.configValue])),
      )
    } catch (error) {
      if (protocolErrorOf(error) !== 'UNKNOWN_TOPIC_OR_PARTITION' || attempt >= 20) throw error
      await sleep(100)
    }
  }
}

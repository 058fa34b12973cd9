// Prepares topics before anything uses them: missing topics are created, existing ones stay as they are, and the broker
// is asked how large their messages may be. A compacted topic is refused: the broker deletes all but the last message
// of a key, so lines would be lost without notice.
import { setTimeout as sleep } from 'node:timers/promises'
import kafkajs, { type Admin } from 'kafkajs'
import { describeKafkaError, protocolErrorOf } from './protocol-error.ts'
import type { Logger } from '#shared/logger.ts'

/** The broker's default of max.message.bytes, used where the broker does not tell the value. */
export const messageBytesDefault = 1_048_588
const messageBytesCreated = 8 * 1024 * 1024

export interface TopicState {
  /** max.message.bytes: the most bytes of a record batch of the topic. */
  messageBytesMax: number
  /** A sentence that says why this topic must not be used. */
  refused?: string
}

/**
 * `admin` must be connected. Partitions, replication (undefined means the brokers' default) and retention apply to
 * topics that are created. Several processes may do this at once. Rejects where the broker does not answer. A refusal
 * of the broker is in `refused`, and may be temporary.
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

  /** Creates a topic. Returns why that failed, or undefined. */
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
        // kafkajs would fail where the broker does not know the topic yet. settingsOf waits for that instead.
        waitForLeaders: false,
        topics: [{ topic, numPartitions: partitions, replicationFactor, configEntries }],
      })
      if (made) log.info({ topic, partitions, replication, retentionDays }, 'topic created')
      return undefined
    } catch (error) {
      if (protocolErrorOf(error) === undefined) throw error
      const why = describeKafkaError(error)
      return `the topic ${topic} does not exist and the broker does not create it: ${why}; create it by hand`
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
      'the broker does not return the settings of this topic; defaults are assumed',
    )
    return { messageBytesMax: messageBytesDefault }
  }
  const messageBytesMax = Number(settings.get('max.message.bytes')) || messageBytesDefault
  const policy = settings.get('cleanup.policy') ?? ''
  if (!policy.split(',').some((part) => part.trim() === 'compact')) return { messageBytesMax }
  const refused =
    `the topic ${topic} has cleanup.policy=${policy}: compaction deletes messages, so lines would be lost; ` +
    'set cleanup.policy=delete'
  return { messageBytesMax, refused }
}

async function settingsOf(admin: Admin, name: string): Promise<Map<string, string>> {
  const configNames = ['max.message.bytes', 'cleanup.policy']
  // Some brokers know a new topic a little later than others.
  for (let attempt = 0; ; attempt++) {
    try {
      const resources = [{ type: kafkajs.ConfigResourceTypes.TOPIC, name, configNames }]
      const answer = await admin.describeConfigs({ includeSynonyms: false, resources })
      return new Map(
        answer.resources.flatMap(({ configEntries }) =>
          configEntries.map((entry) => [entry.configName, entry.configValue]),
        ),
      )
    } catch (error) {
      if (protocolErrorOf(error) !== 'UNKNOWN_TOPIC_OR_PARTITION' || attempt >= 20) throw error
      await sleep(100)
    }
  }
}

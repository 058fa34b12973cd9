// Delivery of HTTP bodies where Kafka is set: a body is published with acks=all before it is answered, and the consumer
// of the topic stores it. While the broker is away a post is refused, within the publisher's limits of time and bytes.
import { AfterlogError } from '#shared/errors.ts'
import type { Publisher } from '#shared/kafka/publisher-port.ts'
import type { TopicFormat } from '#shared/kafka/settings.ts'
import type { RetentionRules } from '#shared/retention/retention.ts'
import type { Origin } from '../normalise/origin.ts'
import { settleReplay } from '../normalise/replay.ts'
import { bodyKey, type BodyFormat, type Delivered, type DeliverBody } from '../routes/deliver-body.ts'
import { publishBatch, type Published, type TopicRoom } from './batch-body.ts'
import { publishLifecycle } from './lifecycle-body.ts'
import { rejectMessages, replayedMessage } from './reject-messages.ts'

export interface PublishingDeliveryOptions {
  publisher: Publisher
  /** In the order of the setting: a body goes to the first topic of its format. */
  topics: ReadonlyMap<string, TopicFormat>
  /** Delivers the bodies for which no topic is set. */
  direct: DeliverBody
  retention: RetentionRules
  /** Seeds the hash of the ordinal counter. */
  seed: number
  /** Called for each body that is on the broker. */
  onPublished(origin: Origin, delivered: Delivered): void
}

const retryAfterS = 5

export function createPublishingDelivery(options: PublishingDeliveryOptions): DeliverBody {
  const { publisher, topics, direct, retention, seed, onPublished } = options
  const topicOf = (format: TopicFormat): string | undefined => [...topics].find(([, of]) => of === format)?.[0]

  return async (body, origin, as) => {
    const topic = topicOf(as.format)
    if (topic === undefined) return direct(body, origin, as)
    const messageBytesMax = publisher.messageBytesMax(topic)
    if (messageBytesMax === undefined)
      throw new AfterlogError(
        'broker-unavailable',
        `topic ${topic} takes no messages: no broker has confirmed it yet, or one refuses it; see GET /readyz`,
        { retryAfterS },
      )
    const room = { topic, messageBytesMax }
    const published = messagesOf(body, origin, as, room)
    const { letters, replayed } = settleReplay(published, origin)
    const letterMessages = letters.length === 0 ? [] : rejectMessages(letters, origin, bodyKey(body, origin), room)
    await publisher.publish([...published.messages, ...letterMessages])
    // Last, since the letter may be closed only once all of its records are on the broker.
    if (replayed !== undefined) await publisher.publish([replayedMessage(replayed, origin, room, published.messages)])
    onPublished(origin, published)
    return { accepted: published.accepted, rejects: published.rejects }
  }

  function messagesOf(body: Buffer, origin: Origin, { format, form }: BodyFormat, room: TopicRoom): Published {
    switch (format) {
      case 'native':
        return publishBatch(body, form === 'json' ? 'batch' : 'lines', { origin, retention, seed, ...room })
      case 'lifecycle':
        return publishLifecycle(body, form, { origin, ...room })
    }
  }
}

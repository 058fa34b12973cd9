// Delivery of HTTP bodies where Kafka is set: a body is published with acks=all before it is answered, and the consumer
// of the topic stores it. While the broker is away a post is refused, within the publisher's limits of time and bytes.
import { AfterlogError } from '#shared/errors.ts'
import type { Publisher } from '#shared/kafka/publisher-port.ts'
import type { TopicFormat } from '#shared/kafka/settings.ts'
import type { Decoder } from '../decoding/decoder.ts'
import { isTranslated, storedFormat } from '../formats/translate.ts'
import type { Origin } from '../normalise/origin.ts'
import type { TopicRoom } from './batch-body.ts'
import type { Delivered, DeliverBody } from '../routes/deliver-body.ts'

export interface PublishingDeliveryOptions {
  publisher: Publisher
  /** In the order of the setting: a body goes to the first topic of its format. */
  topics: ReadonlyMap<string, TopicFormat>
  /** Delivers the bodies for which no topic is set. */
  direct: DeliverBody
  decoder: Pick<Decoder, 'messages'>
  /** Called for each body that is on the broker. */
  onPublished(origin: Origin, delivered: Delivered): void
}

const retryAfterS = 5

export function createPublishingDelivery(options: PublishingDeliveryOptions): DeliverBody {
  const { publisher, topics, direct, decoder, onPublished } = options
  const topicOf = (format: TopicFormat): string | undefined => [...topics].find(([, of]) => of === format)?.[0]

  function roomOf(topic: string): TopicRoom {
    const messageBytesMax = publisher.messageBytesMax(topic)
    if (messageBytesMax !== undefined) return { topic, messageBytesMax }
    throw new AfterlogError(
      'broker-unavailable',
      `topic ${topic} takes no messages: no broker has confirmed it yet, or one refuses it; see GET /readyz`,
      { retryAfterS },
    )
  }

  return async (body, origin, as, onDecoded) => {
    const topic = topicOf(storedFormat(as.format))
    if (topic === undefined) return direct(body, origin, as, onDecoded)
    const topicOfObjects = isTranslated(as.format) ? topicOf('lifecycle') : undefined
    const room = { ...roomOf(topic), objects: topicOfObjects === undefined ? undefined : roomOf(topicOfObjects) }
    return decoder.messages(body, origin, { ...as, room }, async ({ messages, closing, ...delivered }) => {
      onDecoded?.(messages.reduce((sum, { value }) => sum + value.length, 0))
      await publisher.publish(messages)
      // Last, since the letter may be closed only once all of its records are on the broker.
      if (closing !== undefined) await publisher.publish([closing])
      onPublished(origin, delivered)
      return delivered
    })
  }
}

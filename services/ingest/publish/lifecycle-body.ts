// Turns a lifecycle body over HTTP into messages of a topic: one Kubernetes object per message, keyed by the uid of the
// object that it describes, mostly a pod. The consumer of the messages accepts and rejects the same objects.
import { withCluster } from '../formats/kubernetes-records.ts'
import { decodeLifecycle, type LifecycleObject } from '../formats/kubernetes.ts'
import type { Origin } from '../normalise/origin.ts'
import type { Reject } from '../normalise/reject.ts'
import type { KafkaMessage } from '#shared/kafka/publisher-port.ts'
import { tooLargeFor, type Published, type TopicRoom } from './batch-body.ts'
import { clusterHeader, isHeaderText, messageHeaders, nodeHeader, valueRoom, type Headers } from './message-headers.ts'

export interface LifecycleBodyOptions extends TopicRoom {
  origin: Origin
}

/** Throws AfterlogError `invalid-body` where the body is not JSON (or no line of NDJSON is). */
export function publishLifecycle(
  body: Buffer,
  form: 'json' | 'ndjson',
  { origin, ...room }: LifecycleBodyOptions,
): Published {
  const messages: KafkaMessage[] = []
  const unfit: Reject[] = []
  const { accepted, rejects } = decodeLifecycle(body, form, origin, (object) => {
    const message = messageOf(object, room.topic, origin)
    const bytes =
      room.messageBytesMax - valueRoom(room.messageBytesMax, message.key, message.headers) + message.value.length
    if (bytes <= room.messageBytesMax) messages.push(message)
    else
      unfit.push({
        index: object.index,
        reason: 'too-large',
        detail: tooLargeFor(room, 'the object', bytes),
        payload: message.value,
      })
  })
  return {
    messages,
    accepted: accepted - unfit.length,
    rejects: [...rejects, ...unfit].toSorted((a, b) => a.index - b.index),
  }
}

function messageOf(object: LifecycleObject, topic: string, origin: Origin): KafkaMessage & { key: Buffer } {
  const { text, change, cluster, about } = object
  const event = change === 'deleted' ? `{"type":"DELETED","object":${text}}` : text
  const fits = cluster === '' || isHeaderText(cluster)
  const headers: Headers = {
    ...messageHeaders(origin),
    ...(fits && cluster !== '' ? { [clusterHeader]: cluster } : {}),
    ...(origin.node === '' ? {} : { [nodeHeader]: origin.node }),
  }
  return { topic, key: Buffer.from(about), value: Buffer.from(fits ? event : withCluster(event, cluster)), headers }
}

// Splits a fetch into parts. The cost of messages is known only once they are decoded, and a well compressed fetch may
// hold a hundred times its bytes. Between parts the consumer sends its heartbeat.
import type { ConsumedMessage } from './consumer-port.ts'

/** The bytes of values in a part. A larger message is a part by itself. */
const partBytes = 256 * 1024

/** Returns at least one part. Parts are in order and have whole messages. */
export function fetchParts<T extends Pick<ConsumedMessage, 'value'>>(messages: readonly T[]): T[][] {
  const parts: T[][] = []
  let part: T[] = []
  let bytes = 0
  for (const message of messages) {
    const size = message.value?.length ?? 0
    if (part.length > 0 && bytes + size > partBytes) {
      parts.push(part)
      part = []
      bytes = 0
    }
    part.push(message)
    bytes += size
  }
  return [...parts, part]
}

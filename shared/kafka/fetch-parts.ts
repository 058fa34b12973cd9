// A fetch in parts: what its messages cost is known only once they are decoded, and a fetch that was compressed well may hold a hundred
// times its bytes. Between parts the group hears of the consumer.
import type { ConsumedMessage } from './consumer-port.ts'

/** Bytes of the values of a part; a larger message is a part by itself. */
const partBytes = 256 * 1024

/** At least one part, in order, of whole messages. */
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

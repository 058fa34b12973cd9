// The headers of messages that our HTTP front publishes: the tenant, and the time of arrival, so that the consumer
// decides about each record as the front did. Specified in docs/formats.md.
import type { Origin } from '../normalise/origin.ts'

const tenantHeader = 'x-scope-orgid'
export const clusterHeader = 'x-afterlog-cluster'
export const nodeHeader = 'x-afterlog-node'
/** Holds the arrival at the HTTP front, in ms since 1970. */
export const receivedHeader = 'x-afterlog-received'
/** Names a batch, over HTTP and on Kafka: draft-ietf-httpapi-idempotency-key-header. */
export const batchIdHeader = 'idempotency-key'

export type Headers = Readonly<Record<string, string>>

export const messageHeaders = ({ tenant, receivedMs, batchId }: Origin): Headers => ({
  [tenantHeader]: tenant,
  [receivedHeader]: String(receivedMs),
  ...(batchId === undefined ? {} : { [batchIdHeader]: batchId }),
})

/** Bytes for the lengths and varints of a message, and of each of its headers. */
const messageOverhead = 64
const headerOverhead = 8

/** Returns how many bytes the value of a message of at most `messageBytesMax` may have. */
export function valueRoom(messageBytesMax: number, key: Buffer, headers: Headers): number {
  let taken = messageOverhead + key.length
  for (const [name, value] of Object.entries(headers)) taken += headerOverhead + name.length + Buffer.byteLength(value)
  return messageBytesMax - taken
}

/** Whether the text may be the value of a header. The consumer accepts no other text, as over HTTP. */
export const isHeaderText = (value: string): boolean => /^[\x20-\x7e]{1,253}$/.test(value)

// The headers of messages that our HTTP front publishes: whose they are, and when they arrived, so that the consumer decides about
// each record as the front did. Specified in docs/formats.md.
import type { Origin } from '../normalise/origin.ts'

const tenantHeader = 'x-scope-orgid'
export const clusterHeader = 'x-afterlog-cluster'
export const nodeHeader = 'x-afterlog-node'
/** Arrival at the HTTP front, ms since 1970. */
export const receivedHeader = 'x-afterlog-received'

export type Headers = Readonly<Record<string, string>>

export const messageHeaders = ({ tenant, receivedMs }: Origin): Headers => ({
  [tenantHeader]: tenant,
  [receivedHeader]: String(receivedMs),
})

/** Lengths and varints that a message has around key, value and each header. */
const messageOverhead = 64
const headerOverhead = 8

/** Bytes that are left for the value of a message of at most `messageBytesMax`. */
export function valueRoom(messageBytesMax: number, key: Buffer, headers: Headers): number {
  let taken = messageOverhead + key.length
  for (const [name, value] of Object.entries(headers)) taken += headerOverhead + name.length + Buffer.byteLength(value)
  return messageBytesMax - taken
}

/** What a header of a name may hold: the consumer reads no more, as over HTTP. */
export const isHeaderText = (value: string): boolean => /^[\x20-\x7e]{1,253}$/.test(value)

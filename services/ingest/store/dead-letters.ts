// Rejected records as rows of dead_letters. Sent twice, a record is one dead letter: its identity is a hash of what it came in and
// where it stood there (HTTP: the body and the index; Kafka: topic, partition, offset and index).
import { createHash } from 'node:crypto'
import type { Origin } from '../normalise/origin.ts'
import type { Reject } from '../normalise/reject.ts'
import { escapeJson } from '../formats/json-escape.ts'
import type { TableRows } from './table-rows.ts'

/** Bytes of a payload that are kept. */
const payloadBytesMax = 64 * 1024

/** @param key What the records came in: the body, or topic, partition and offset. */
export function deadLetterRows(rejects: readonly Reject[], origin: Origin, key: Buffer): TableRows | undefined {
  if (rejects.length === 0) return undefined
  const digest = createHash('sha256').update(origin.tenant).update('\0').update(key).digest()
  const time = new Date(origin.receivedMs).toISOString().slice(0, 23).replace('T', ' ')
  const rows = rejects.map(({ index, reason, detail, payload }) => {
    const identity = createHash('sha256').update(digest).update(String(index)).digest().readBigUInt64LE()
    const head = JSON.stringify([origin.tenant, time, `${origin.source}#${index}`, reason, detail]).slice(0, -1)
    return Buffer.concat([
      Buffer.from(`${head},"`),
      escapeJson(payload.subarray(0, payloadBytesMax)),
      Buffer.from(`",${identity}]\n`),
    ])
  })
  return { table: 'dead_letters', rows: Buffer.concat(rows), count: rejects.length }
}

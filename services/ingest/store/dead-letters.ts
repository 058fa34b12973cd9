// Rejected records as rows of dead_letters, stored with the lines of their batch in one promise, and closed letters as
// rows of dead_letter_replays. The latter are stored only once the replayed records are durable: after a crash in
// between, the letter is replayed again.
import { escapeJson } from '../formats/json-escape.ts'
import { deadLettersOf } from '../normalise/dead-letter.ts'
import type { Origin } from '../normalise/origin.ts'
import type { Reject } from '../normalise/reject.ts'
import type { TableRows } from './table-rows.ts'

/** @param key What the records came in: the body's bytes, or topic, partition and offset. */
export function deadLetterRows(rejects: readonly Reject[], origin: Origin, key: Buffer): TableRows | undefined {
  if (rejects.length === 0) return undefined
  const rows = deadLettersOf(rejects, origin, key).map((letter) => {
    const { reason, detail, payload, identity, cluster, node, agent, payloadBytes } = letter
    const head = JSON.stringify([origin.tenant, engineTime(letter.time), letter.origin, reason, detail]).slice(0, -1)
    const tail = JSON.stringify([cluster, node, agent, origin.format ?? '', payloadBytes]).slice(1)
    return Buffer.concat([Buffer.from(`${head},"`), escapeJson(payload), Buffer.from(`",${identity},${tail}\n`)])
  })
  return { table: 'dead_letters', rows: Buffer.concat(rows), count: rejects.length }
}

/**
 * Returns the row that closes the letter `identity` (decimal), since its record is stored.
 * @param timeMs Arrival of the replayed record, ms since 1970.
 */
export function replayMark(tenant: string, identity: string, timeMs: number): TableRows {
  const row = `[${JSON.stringify(tenant)},${BigInt(identity)},"${engineTime(new Date(timeMs).toISOString())}"]\n`
  return { table: 'dead_letter_replays', rows: Buffer.from(row), count: 1 }
}

const engineTime = (rfc3339: string): string => rfc3339.slice(0, 23).replace('T', ' ')

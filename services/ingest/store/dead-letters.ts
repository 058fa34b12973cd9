// Rejected records as rows of dead_letters, stored with the lines of their batch in one promise; and letters that are done with as rows
// of dead_letter_replays, stored after what their replay brought is durable, never beside it: a crash between the two sends again.
import { escapeJson } from '../formats/json-escape.ts'
import { deadLettersOf } from '../normalise/dead-letter.ts'
import type { Origin } from '../normalise/origin.ts'
import type { Reject } from '../normalise/reject.ts'
import type { TableRows } from './table-rows.ts'

/** @param key What the records came in: the body, or topic, partition and offset. */
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
 * The letter `identity` (decimal) is done with: its record is stored.
 * @param timeMs Arrival of the record that was sent again, ms since 1970.
 */
export function replayMark(tenant: string, identity: string, timeMs: number): TableRows {
  const row = `[${JSON.stringify(tenant)},${BigInt(identity)},"${engineTime(new Date(timeMs).toISOString())}"]\n`
  return { table: 'dead_letter_replays', rows: Buffer.from(row), count: 1 }
}

const engineTime = (rfc3339: string): string => rfc3339.slice(0, 23).replace('T', ' ')

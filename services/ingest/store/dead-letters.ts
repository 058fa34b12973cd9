// Rejected records as rows of dead_letters, stored with the lines of their batch in one promise, and closed letters as
// rows of dead_letter_replays. The latter are stored only once the replayed records are durable: after a crash in
// between, the letter is replayed again.
import { escapeJson } from '../formats/json-escape.ts'
import { deadLettersOf, payloadBytesMax, type DeadLetter } from '../normalise/dead-letter.ts'
import type { Origin } from '../normalise/origin.ts'
import { firstLives, fittingLives, linesOf, type RefusedLife } from '../normalise/refused-life.ts'
import { recordsOfPayload } from '../normalise/refused-lives.ts'
import { livesOf, type Reject } from '../normalise/reject.ts'
import { RowWriter } from './row-writer.ts'
import type { TableRows } from './table-rows.ts'

/**
 * Rows of dead_letters, and of refused_lines where letters name pods.
 * @param key What the records came in: the body's bytes, or topic, partition and offset.
 */
export function letterRows(rejects: readonly Reject[], origin: Origin, key: Buffer): TableRows[] {
  if (rejects.length === 0) return []
  let left = livesMax
  const letters = deadLettersOf(rejects, origin, key).map((letter, i): LetterOfLives => {
    const reject = rejects[i]!
    const isOfLines = origin.format !== 'lifecycle'
    const all = isOfLines || hasLine(reject.payload) ? livesOf(reject, letter.cluster) : []
    const lives = atMost(all, Math.min(left, livesOfLetterMax))
    left -= lives.length
    return { ...letter, lives, further: isOfLines ? [...(reject.further?.values() ?? [])] : [] }
  })
  const { tenant } = origin
  const refused = letters.flatMap((letter) =>
    refusedRowsOf({ ...letter, tenant, time: engineTime(letter.time) }, letter.lives, letter.further),
  )
  return [
    deadLetterRows(letters, origin),
    ...(refused.length === 0
      ? []
      : [{ table: 'refused_lines' as const, rows: Buffer.from(refused.join('')), count: refused.length }]),
  ]
}

/** Lives that one letter names, and all letters of a body beyond one for each: the others are of any life. */
const [livesOfLetterMax, livesMax] = [100, 30_000]

/** The lives, or one fewer than so many of them and an unnamed one for the others; at least one. */
function atMost(lives: readonly RefusedLife[], count: number): readonly RefusedLife[] {
  const most = Math.max(count, 1)
  return lives.length <= most ? lives : firstLives(lives, most - 1)
}

/** Whether a line was sent where objects of Kubernetes are: these have no time beside a message. */
const hasLine = (payload: Buffer): boolean =>
  recordsOfPayload(payload.subarray(0, payloadBytesMax)).records.some(({ entries }) => {
    const keys = new Set(entries.map(([key]) => key))
    return !keys.has('kind') && (keys.has('cri') || (keys.has('message') && keys.has('time')))
  })

interface LetterOfLives extends DeadLetter {
  /** Whose line its record was. */
  lives: readonly RefusedLife[]
  /** Whose lines the records were for which it also stands. */
  further: readonly RefusedLife[]
}

/** What refused_lines has of a letter. */
export interface RefusedLetter {
  tenant: string
  identity: bigint
  /** As the engine reads it. */
  time: string
  reason: string
}

/** Rows of refused_lines. `further`: of the records for which the letter stands beside its own. */
export function refusedRowsOf(
  { tenant, identity, time, reason }: RefusedLetter,
  lives: Iterable<RefusedLife>,
  further: Iterable<RefusedLife>,
): string[] {
  const row = (life: RefusedLife, isFurther: 0 | 1): string => {
    const { podKey, container, restart, containerId, file, offset, length, lines } = life
    const head = JSON.stringify([tenant, podKey, container, restart, containerId]).slice(0, -1)
    const tail = JSON.stringify([isFurther, lines, reason, file, offset, length, time]).slice(1)
    return `${head},${identity},${tail}\n`
  }
  return [...Array.from(lives, (life) => row(life, 0)), ...Array.from(further, (life) => row(life, 1))]
}

/**
 * Rows of refused_lines whose `time` is `storedMs`, or up to an hour later: their lines were written by then, whatever a
 * producer, or a clock that was put back, says of when their letters came.
 */
export function writtenBy(rows: Buffer, storedMs: number): Buffer {
  const [first, last] = [storedMs, storedMs + clockSkewMs].map((ms) => engineTime(new Date(ms).toISOString()))
  const timeOf = (time: string): string => (time < first! ? first! : time > last! ? last! : time)
  const text = rows.toString('latin1').replaceAll(/"(.{23})"\]\n/g, (_, time: string) => `"${timeOf(time)}"]\n`)
  return Buffer.from(text, 'latin1')
}

/** How far the clocks of producers and brokers may be ahead of ours. */
const clockSkewMs = 3_600_000

/** Of what a letter has to say of lives. */
const refusedCharsMax = 64 * 1024

function deadLetterRows(letters: readonly LetterOfLives[], origin: Origin): TableRows {
  const rows = new RowWriter(letters.reduce((sum, { payload }) => sum + payload.length, 256 * letters.length))
  for (const letter of letters) {
    const { reason, detail, payload, identity, cluster, node, agent, payloadBytes } = letter
    const head = JSON.stringify([origin.tenant, engineTime(letter.time), letter.origin, reason, detail]).slice(0, -1)
    const refused = JSON.stringify(fittingLives(letter.lives, refusedCharsMax))
    const further = linesOf(letter.further)
    const tail = JSON.stringify([cluster, node, agent, origin.format ?? '', payloadBytes, refused, further]).slice(1)
    rows.text(`${head},"`)
    rows.copy(escapeJson(payload))
    rows.text(`",${identity},${tail}\n`)
  }
  return { table: 'dead_letters', rows: rows.take(), count: letters.length }
}

/**
 * Returns the row that closes the letter `identity` (decimal), since its record is stored.
 * @param timeMs Arrival of the replayed record, ms since 1970.
 */
export function replayMark(tenant: string, identity: string, timeMs: number): TableRows {
  const row = `[${JSON.stringify(tenant)},${BigInt(identity)},"${engineTime(new Date(timeMs).toISOString())}"]\n`
  return { table: 'dead_letter_replays', rows: Buffer.from(row), count: 1 }
}

/** As the engine reads it, in ms. */
export const engineTime = (rfc3339: string): string => rfc3339.slice(0, 23).replace('T', ' ')

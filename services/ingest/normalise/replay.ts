// Replay of dead letters. The sender names the letter in a header, over HTTP, and the message on Kafka repeats it.
// Records that are stored close the letter. A record that is refused again does not become a second one.
// docs/dead-letters.md
import { invalidParameter } from '#shared/errors.ts'
import type { Decoded } from './decoded.ts'
import type { Origin } from './origin.ts'
import type { Reject } from './reject.ts'

/** Holds the id of the letter, in decimal. */
export const replayHeader = 'x-afterlog-replay'

/** Returns the header's value, or undefined without one. Throws `invalid-parameter` where the value is not an id. */
export function readReplay(value: string | string[] | undefined): string | undefined {
  if (value === undefined || value === '') return undefined
  if (typeof value !== 'string' || !/^\d{1,20}$/.test(value) || BigInt(value) >= 1n << 64n)
    throw invalidParameter(
      replayHeader,
      `${replayHeader} must be the id of a dead letter, a whole number below 2^64, ` +
        `got ${JSON.stringify(value).slice(0, 60)}`,
    )
  return String(BigInt(value))
}

/**
 * Decides which rejects of an HTTP body become dead letters, and which letter is closed once the rest is durable. A
 * single record that is refused again leaves its letter open and makes no new one. A message with several records
 * closes its letter, and each of its rejects becomes a letter.
 */
export function settleReplay(
  { accepted, rejects }: Pick<Decoded, 'accepted' | 'rejects'>,
  { replay, isLetterless }: Pick<Origin, 'replay' | 'isLetterless'>,
): { letters: readonly Reject[]; replayed: string | undefined } {
  if (replay === undefined) return { letters: rejects, replayed: undefined }
  const again = accepted === 0 && rejects.length === 1 && isLetterless !== true
  return again ? { letters: [], replayed: undefined } : { letters: rejects, replayed: replay }
}

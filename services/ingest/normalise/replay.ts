// A dead letter that is sent again says so in a header, over HTTP and then on Kafka: what is stored closes the letter, and what is
// refused again does not become a second one. docs/dead-letters.md
import { invalidParameter } from '#shared/errors.ts'
import type { Decoded } from './decoded.ts'
import type { Origin } from './origin.ts'
import type { Reject } from './reject.ts'

/** Identity of the letter, in decimal. */
export const replayHeader = 'x-afterlog-replay'

/** The header's value. Throws `invalid-parameter` where it is no identity. */
export function readReplay(value: string | string[] | undefined): string | undefined {
  if (value === undefined || value === '') return undefined
  if (typeof value !== 'string' || !/^\d{1,20}$/.test(value) || BigInt(value) >= 1n << 64n)
    throw invalidParameter(replayHeader, `${replayHeader} must be the id of a dead letter: a whole number below 2^64`)
  return String(BigInt(value))
}

/**
 * Which rejects of an HTTP body are dead letters, and the letter that is done with once the rest is durable. A single record that is
 * refused again stays the letter that it is. A whole message that can be read by now is done with, and its rejects are letters.
 */
export function settleReplay(
  { accepted, rejects }: Pick<Decoded, 'accepted' | 'rejects'>,
  { replay }: Pick<Origin, 'replay'>,
): { letters: readonly Reject[]; replayed: string | undefined } {
  if (replay === undefined) return { letters: rejects, replayed: undefined }
  const again = accepted === 0 && rejects.length === 1
  return again ? { letters: [], replayed: undefined } : { letters: rejects, replayed: replay }
}

// A body's lines and objects are decoded apart, and answered and settled together.
import type { BatchOutcome } from './decoded.ts'
import type { Origin } from './origin.ts'
import type { Reject } from './reject.ts'
import { settleReplay } from './replay.ts'

export interface Settled {
  accepted: number
  rejects: Reject[]
  /** Whether the rejects become dead letters. */
  hasLetters: boolean
  /** The dead letter to close once all is durable. */
  replayed: string | undefined
}

export function settleParts(parts: readonly BatchOutcome[], origin: Origin): Settled {
  const accepted = parts.reduce((sum, part) => sum + part.accepted, 0)
  const rejects = parts.flatMap((part) => part.rejects)
  const { letters, replayed } = settleReplay({ accepted, rejects }, origin)
  return { accepted, rejects, hasLetters: letters.length > 0, replayed }
}

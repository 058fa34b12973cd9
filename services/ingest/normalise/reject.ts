// Ingest failures are data: a decoder returns rejects beside the records that it could read. The service counts them
// and stores them as dead letters.

import type { RefusedLife } from './refused-life.ts'
import { addFurther, livesOfPayload } from './refused-lives.ts'

export const rejectReasons = [
  'not-json',
  'not-an-object',
  'bad-field',
  'missing-field',
  'bad-time',
  'bad-path',
  'bad-cri',
  'too-old',
  'in-the-future',
  'bad-object',
  'unknown-kind',
  'too-large',
  'bad-message',
  'bad-header',
  'lost-on-kafka',
  'refused-by-store',
] as const
export type RejectReason = (typeof rejectReasons)[number]

export interface Reject {
  /** Index of the record in its batch. */
  index: number
  reason: RejectReason
  /** A sentence for the sender: which field, what is wrong with it, and what would be right. */
  detail: string
  /** The record's bytes as received. The store caps them. */
  payload: Buffer
  /** The length of the whole payload, where `payload` was cut already. */
  payloadBytes?: number
  /** Of how many records it is the letter, where it stands for all further ones of its body. */
  records?: number
  /** Whose lines those further records were. */
  further?: Map<string, RefusedLife>
  /** Whose line the payload was, where that is not to be read from `payload`, which was cut or is a row. */
  lives?: readonly RefusedLife[]
  /** The batch's defaults, where they are not the origin's. A replay of the record needs them. */
  inherited?: { cluster: string; node: string; agent: string }
}

/** What an answer says of a reject. */
export type RejectSummary = Pick<Reject, 'index' | 'reason' | 'detail' | 'records'>

export const summaryOf = ({ index, reason, detail, records = 1 }: Reject): RejectSummary => ({
  index,
  reason,
  detail,
  records,
})

/** A body has more rejects than are decoded here: each costs as much as ten lines or more. */
export class ManyRejects extends Error {}

/** Of one body so many rejects are kept, with their bytes. The next one stands for all that follow. */
export const rejectsMax = 10_000

/**
 * Rejects are added in the order of their indexes. `namesPod`: whether the payload may say whose line it was; else
 * `make` is called only where the reject is kept.
 */
export function addReject(rejects: Reject[], make: () => Reject, namesPod = false): void {
  const last = rejects[rejectsMax]
  if (last === undefined) return void rejects.push(make())
  last.records = (last.records ?? 1) + 1
  if (!namesPod) return
  addFurther((last.further ??= new Map()), () => {
    const { payload, inherited } = make()
    return { payload, cluster: inherited?.cluster ?? '' }
  })
}

/** Whose line a reject was. `cluster`: of its origin. */
export const livesOf = ({ lives, payload, inherited }: Reject, cluster: string): readonly RefusedLife[] =>
  lives ?? livesOfPayload(payload, inherited?.cluster ?? cluster)

/** How many records were rejected. */
export const rejectedOf = (rejects: readonly Pick<Reject, 'records'>[]): number =>
  rejects.reduce((sum, { records = 1 }) => sum + records, 0)

/** How many records were rejected for each reason. */
export type RejectCounts = ReadonlyMap<RejectReason, number>

/** Adds to `counts`, and returns them. */
export function countRejects(
  rejects: readonly Pick<Reject, 'reason' | 'records'>[],
  counts = new Map<RejectReason, number>(),
): RejectCounts {
  for (const { reason, records = 1 } of rejects) counts.set(reason, (counts.get(reason) ?? 0) + records)
  return counts
}

/** The sentence of a letter, which says how many records it stands for. */
export const detailOf = ({ detail, records = 1 }: Reject): string =>
  records === 1
    ? detail
    : `${detail}; this letter also stands for ${records - 1} further rejected records of the body, whose bytes are not ` +
      `kept: of one body ${rejectsMax} are. Send smaller batches`

// Pure: whether a body has the records of a dead letter, perhaps mended. Only then does sending it again close the
// letter: another line of the same life says nothing of the one that was refused. docs/dead-letters.md
import { recordsOfPayload, type RecordFields } from './refused-lives.ts'
import type { RejectReason } from './reject.ts'

export interface LetterOfRecords {
  /** Perhaps cut. */
  payload: Buffer
  reason: RejectReason
}

/**
 * Whether every record of the letter is in the body: byte for byte, or at its place in its file, or with its text and
 * its time. What was wrong with it may differ. A letter that has no record to compare takes any body.
 */
export function hasRecordsOf(body: Buffer, { payload, reason }: LetterOfRecords): boolean {
  if (payload.length >= bytesMin && body.includes(withoutEnd(payload))) return true
  const sent = recordsOfPayload(body)
  return recordsOfPayload(payload).every((refused) => sent.some((record) => isSame(refused, record, reason)))
}

/** Fewer bytes may stand anywhere. */
const bytesMin = 16

/** A replay adds a field to a record, so its last bracket is left out. */
function withoutEnd(payload: Buffer): Buffer {
  const text = payload.toString('latin1').trimEnd()
  return payload.subarray(0, text.endsWith('}') ? text.length - 1 : text.length)
}

function isSame(refused: RecordFields, sent: RecordFields, reason: RejectReason): boolean {
  if (names.some((name) => differ(refused[name], sent[name]))) return false
  if (isNumber(refused['offset']))
    return String(refused['offset']) === String(sent['offset']) && !differ(refused['file'], sent['file'])
  if (!isOneText(refused, sent, reason)) return false
  return mayDiffer.has(reason) || !differ(timeOf(refused), timeOf(sent))
}

const names = ['podUid', 'namespace', 'pod', 'container', 'containerId', 'restart', 'path'] as const
/** Reasons of which the mended record has another time. */
const mayDiffer: ReadonlySet<RejectReason> = new Set(['bad-time', 'in-the-future'])

/** Whether both say something, and not the same. What is no name, as an object, says nothing. */
const differ = (a: unknown, b: unknown): boolean => isScalar(a) && isScalar(b) && String(a) !== String(b)

const isScalar = (value: unknown): boolean => (typeof value === 'string' && value !== '') || typeof value === 'number'
const isNumber = (value: unknown): boolean => isScalar(value) && /^\d{1,16}$/.test(String(value))

/** A raw line has its message at its end. One that could not be read may have been mended around its text. */
function isOneText(refused: RecordFields, sent: RecordFields, reason: RejectReason): boolean {
  const [before, after] = [textOf(refused), textOf(sent)]
  if (before === undefined) return true
  if (after === undefined) return false
  if (before === after) return true
  const isRaw = isScalar(refused['cri']) || isScalar(sent['cri'])
  return isRaw && after !== '' && (before.endsWith(after) || (after.endsWith(before) && reason === 'bad-cri'))
}

function textOf({ cri, message }: RecordFields): string | undefined {
  const text = cri ?? message
  return typeof text === 'string' || typeof text === 'number' ? String(text) : undefined
}

/** Epoch ms where it is a date. */
function timeOf({ time }: RecordFields): unknown {
  const ms = typeof time === 'string' ? Date.parse(time) : Number.NaN
  return Number.isNaN(ms) ? time : ms
}

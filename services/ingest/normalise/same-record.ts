// Pure: whether a body has the records of a dead letter, perhaps mended. Only then does sending it again close the
// letter: another line of the same life says nothing of the one that was refused. docs/dead-letters.md
import { textOfPayload } from './payload-text.ts'
import { recordsOfPayload } from './refused-lives.ts'
import type { RejectReason } from './reject.ts'
import type { JsonObject } from './tolerant-json.ts'

export interface LetterOfRecords {
  /** Perhaps cut. */
  payload: Buffer
  reason: RejectReason
}

/**
 * Whether every record of the letter is in the body: byte for byte, or at its place in its file, or with its text and
 * its time. What was wrong with it may differ. Of a letter that is no JSON, the body has all words, and a text of no
 * others.
 */
export function hasRecordsOf(body: Buffer, { payload, reason }: LetterOfRecords): boolean {
  const refused = recordsOfPayload(payload)
  const isWhole = refused.isWhole && refused.records.length > 0
  // Without text and time, what was cut may be the beginning of any record of its life.
  if ((isWhole || tellingKey.test(payload.toString('latin1'))) && body.includes(payload)) return true
  const sent = recordsOfPayload(body).records
  if (isWhole) return refused.records.every((record) => sent.some((other) => isSame(record, other, reason)))
  const [letterWords, bodyWords] = [wordsOf(textOfPayload(payload)), wordsOf(textOfPayload(body))]
  const isOfLetter = (record: JsonObject): boolean =>
    textsOf(record).some((text) => wordsOf(text).isSubsetOf(letterWords))
  return letterWords.isSubsetOf(bodyWords) && sent.some(isOfLetter)
}

const tellingKey = /"(?:message|cri|time)"\s*:\s*["\d]./

/** Without literals, which other languages spell otherwise. */
const wordsOf = (text: string): Set<string> =>
  new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).difference(literals)

const literals: ReadonlySet<string> = new Set(['none', 'null', 'true', 'false', 'nan', 'undefined'])

function isSame(refused: JsonObject, sent: JsonObject, reason: RejectReason): boolean {
  const pair = (name: string): [string[], string[]] => [valuesOf(refused, name), valuesOf(sent, name)]
  if (names.some((name) => differ(...pair(name)))) return false
  const isOneText = areOneText(textsOf(refused), textsOf(sent), reason, [refused, sent].some(isRaw))
  const times = [timesOf(refused), timesOf(sent)] as const
  if (valuesOf(refused, 'offset').some(isNumber))
    return (
      agree(...pair('offset')) && !differ(...pair('file')) && (isOneText || names.some((name) => agree(...pair(name))))
    )
  // Without a text, only its time tells it from others of its life.
  if (textsOf(refused).length === 0) return !mayDiffer.has(reason) && agree(...times)
  return isOneText && (mayDiffer.has(reason) || !differ(...times))
}

const names = ['podUid', 'namespace', 'pod', 'container', 'containerId', 'restart', 'path'] as const
/** Reasons of which the mended record has another time. */
const mayDiffer: ReadonlySet<RejectReason> = new Set(['bad-time', 'in-the-future'])

/** What a record says of a field, which it may say twice. What is no name, as an object, says nothing. */
const valuesOf = (record: JsonObject, name: string): string[] => textsIn(record, name).filter((value) => value !== '')

const textsIn = ({ entries }: JsonObject, name: string): string[] =>
  entries.flatMap(([key, value]) =>
    key === name && (typeof value === 'string' || typeof value === 'number') ? [String(value)] : [],
  )

const agree = (some: readonly string[], others: readonly string[]): boolean => some.some((one) => others.includes(one))

/** Whether both say something, and not the same. */
const differ = (some: readonly string[], others: readonly string[]): boolean =>
  some.length > 0 && others.length > 0 && !agree(some, others)

const isNumber = (value: string): boolean => /^\d{1,16}$/.test(value)

const isRaw = (record: JsonObject): boolean => valuesOf(record, 'cri').length > 0

/** A raw line has its message at its end. One that could not be read may have been mended around its text. */
const areOneText = (
  before: readonly string[],
  after: readonly string[],
  reason: RejectReason,
  isOfRaw: boolean,
): boolean =>
  before.some((refused) =>
    after.some(
      (sent) =>
        refused === sent ||
        (isOfRaw && sent !== '' && (refused.endsWith(sent) || (sent.endsWith(refused) && reason === 'bad-cri'))),
    ),
  )

/** An empty line is a text, too. */
function textsOf(record: JsonObject): string[] {
  const raw = textsIn(record, 'cri')
  return raw.length > 0 ? raw : textsIn(record, 'message')
}

/** Epoch ms where it is a date. */
const timesOf = (record: JsonObject): string[] =>
  valuesOf(record, 'time').map((time) => {
    const ms = /^\d+$/.test(time) ? Number.NaN : Date.parse(time)
    return Number.isNaN(ms) ? time : String(ms)
  })

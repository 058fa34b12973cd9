// A posted body as rows of the store: its lines or objects, and the dead letters of what could not be read. Pure: the
// rows of a body are the same on the event loop and on the decoding thread.
import { createHash } from 'node:crypto'
import type { TopicFormat } from '#shared/kafka/settings.ts'
import type { RetentionRules } from '#shared/retention/retention.ts'
import { decodeLifecycle } from '../formats/kubernetes.ts'
import { decodeBatch, decodeLines } from '../formats/native-rows.ts'
import { amongLines, nativeBody, withProblems } from '../formats/translate.ts'
import type { Decoded } from '../normalise/decoded.ts'
import type { FragmentsOfBatch, OpenFragments } from '../normalise/open-fragments.ts'
import type { Origin } from '../normalise/origin.ts'
import { type RejectSummary, summaryOf } from '../normalise/reject.ts'
import { settleParts } from '../normalise/settle-parts.ts'
import { letterRows } from '../store/dead-letters.ts'
import { sliceRows, type TableRows } from '../store/table-rows.ts'

/** The format of a body, and its form: `json` is one value, `ndjson` one value per line. */
export interface BodyFormat {
  format: TopicFormat
  form: 'json' | 'ndjson'
}

export interface DecodeSettings {
  retention: RetentionRules
  /** Seeds the hash of the ordinal counter; fixed for the life of the process. */
  seed: number
  /** Remembers the lines that a body leaves open. Without it each body is alone. */
  open?: OpenFragments
  /** A body of lines with more rejects throws ManyRejects. */
  rejectsHereMax?: number
}

export interface BodyRows {
  /** With the dead letters. No slice of a table is larger than one insert. */
  tables: TableRows[]
  accepted: number
  rejects: RejectSummary[]
  /** NUL bytes that were skipped in front of lines. */
  nulBytes?: number
  /** The dead letter to close once the rows are stored. */
  replayed: string | undefined
  /** What the body has to do with fragments of others. */
  fragments?: FragmentsOfBatch
}

/** Throws AfterlogError `invalid-body` where the body has no records, and `too-large` where it becomes too many rows. */
export function bodyRows(body: Buffer, origin: Origin, as: BodyFormat, settings: DecodeSettings): BodyRows {
  const parts = decode(body, origin, as, settings)
  const [{ nulBytes, fragments }] = parts
  const { accepted, rejects, hasLetters, replayed } = settleParts(parts, origin)
  const key = hasLetters ? bodyKey(body, origin) : undefined
  const rows =
    key === undefined ? [] : parts.flatMap((part) => letterRows(part.rejects, { ...origin, format: part.format }, key))
  return {
    tables: [...parts.flatMap(({ tables }) => tables), ...rows].flatMap(sliceRows),
    accepted,
    ...(nulBytes === undefined ? {} : { nulBytes }),
    rejects: rejects.map(summaryOf),
    replayed,
    ...(fragments === undefined ? {} : { fragments }),
  }
}

/** What was decoded of a body in one format. */
interface Part extends Decoded {
  format: TopicFormat
}

/** A body's lines or objects. What agents send may have both. */
function decode(
  body: Buffer,
  origin: Origin,
  { format, form }: BodyFormat,
  settings: DecodeSettings,
): [Part, ...Part[]] {
  if (format === 'native')
    return [{ format, ...(form === 'json' ? decodeBatch : decodeLines)(body, { origin, ...settings }) }]
  if (format === 'lifecycle') return [{ format, ...decodeLifecycle(body, form, origin) }]
  const native = nativeBody(body, format, origin)
  const lines: Decoded =
    native.count === 0
      ? { tables: [], accepted: 0, rejects: [] }
      : withProblems(decodeLines(native.lines, { origin, ...settings }), native)
  const ofLines: Part = { format: 'native', ...lines }
  if (native.objects.length === 0) return [ofLines]
  return [ofLines, { format: 'lifecycle', ...amongLines(decodeLifecycle(native.objects, 'ndjson', origin), native) }]
}

/**
 * The key that identifies a body in the ids of its dead letters, the same however the body is delivered. Equal bodies
 * with different batch ids have different letters.
 */
export const bodyKey = (body: Buffer, { batchId = '' }: Origin): Buffer =>
  createHash('sha256')
    .update(batchId === '' ? '' : `${batchId}\0`)
    .update(body)
    .digest()

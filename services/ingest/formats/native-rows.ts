// One native body as rows of the store's tables, for a process that stores what it decodes.
import type { RetentionRules } from '#shared/retention/retention.ts'
import type { Decoded } from '../normalise/decoded.ts'
import { bodyRowsBytesMax } from '../normalise/rows-bytes-max.ts'
import { LineSink } from '../normalise/line-sink.ts'
import type { OpenFragments } from '../normalise/open-fragments.ts'
import type { Origin } from '../normalise/origin.ts'
import type { BatchOutcome } from '../normalise/decoded.ts'
import { NativeDecoder } from './native.ts'

export interface DecodeOptions {
  origin: Origin
  retention: RetentionRules
  /** Seeds the hash of the ordinal counter; fixed for the life of the process. */
  seed: number
  /** Remembers the lines that a body leaves open. */
  open?: OpenFragments
  /** A body with more rejects throws ManyRejects. */
  rejectsHereMax?: number
}

/** Decodes a body of any form into rows. Throws AfterlogError `invalid-body` where it has none. */
export const decodeBatch = (body: Buffer, options: DecodeOptions): Decoded =>
  decodeAlone(body, options, (decoder) => decoder.batch(body, options.origin))

/** Decodes one record per line into rows. Throws AfterlogError `invalid-body` where no line is JSON. */
export const decodeLines = (body: Buffer, options: DecodeOptions): Decoded =>
  decodeAlone(body, options, (decoder) => decoder.lines(body, options.origin))

function decodeAlone(
  body: Buffer,
  { retention, seed, open, rejectsHereMax }: DecodeOptions,
  decode: (decoder: NativeDecoder) => BatchOutcome,
): Decoded {
  const rowsBytesMax = bodyRowsBytesMax(body.length)
  const sink = new LineSink({ bytesHint: body.length, seed, rowsBytesMax, ...(open === undefined ? {} : { open }) })
  const outcome = decode(new NativeDecoder({ retention, sink, rejectsHereMax }))
  const tables = sink.take()
  const fragments = sink.changes()
  return { tables, ...outcome, ...(fragments === undefined ? {} : { fragments }) }
}

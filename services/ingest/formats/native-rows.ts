// One native body as rows of the store's tables, for a process that stores what it decodes.
import type { RetentionRules } from '#shared/retention/retention.ts'
import type { Decoded } from '../normalise/decoded.ts'
import { bodyRowsBytesMax, LineSink } from '../normalise/line-sink.ts'
import type { Origin } from '../normalise/origin.ts'
import { type BatchOutcome, NativeDecoder } from './native.ts'

export interface DecodeOptions {
  origin: Origin
  retention: RetentionRules
  /** Seeds the hash of the ordinal counter; fixed for the life of the process. */
  seed: number
}

/** Decodes a body of any form into rows. Throws AfterlogError `invalid-body` where it has none. */
export const decodeBatch = (body: Buffer, options: DecodeOptions): Decoded =>
  decodeAlone(body, options, (decoder) => decoder.batch(body, options.origin))

/** Decodes one record per line into rows. Throws AfterlogError `invalid-body` where no line is JSON. */
export const decodeLines = (body: Buffer, options: DecodeOptions): Decoded =>
  decodeAlone(body, options, (decoder) => decoder.lines(body, options.origin))

function decodeAlone(
  body: Buffer,
  { retention, seed }: DecodeOptions,
  decode: (decoder: NativeDecoder) => BatchOutcome,
): Decoded {
  const sink = new LineSink({ bytesHint: body.length, seed, rowsBytesMax: bodyRowsBytesMax(body.length) })
  const outcome = decode(new NativeDecoder({ retention, sink }))
  return { tables: sink.take(), ...outcome }
}

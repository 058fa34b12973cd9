// Replaces the records of a batch that cannot be decompressed (over the bound, or broken). kafkajs would fail the whole
// fetch, and the next one too, which would stop the partition for ever. The header before the compressed bytes has the
// number and the offsets of the records. Each gets a sentence as its value, which no format takes, and so becomes a
// dead letter. Layout: kafka.apache.org/documentation/#recordbatch

const headerBytes = 61
const lengthAt = 8
const magicAt = 16
const lastOffsetDeltaAt = 23
const countAt = 57
/** Batches of more records are left to fail, since their replacements would fill the memory that the bound protects. */
const recordsMax = 100_000

/**
 * Returns uncompressed records that replace those of `compressed`: the same number, the same last offset, with `why` as
 * values. `compressed` must be the view that kafkajs hands to a codec, of a buffer with the batch's header right before
 * it. Returns undefined for other bytes.
 */
export function recordsInstead(compressed: Buffer, why: string): Buffer | undefined {
  if (compressed.byteOffset < headerBytes) return undefined
  const header = Buffer.from(compressed.buffer, compressed.byteOffset - headerBytes, headerBytes)
  const isBatch =
    header[magicAt] === 2 && header.readInt32BE(lengthAt) === headerBytes - lengthAt - 4 + compressed.length
  const count = header.readInt32BE(countAt)
  if (!isBatch || count < 1 || count > recordsMax) return undefined
  const lastDelta = header.readInt32BE(lastOffsetDeltaAt)
  const value = Buffer.from(why)
  return Buffer.concat(
    Array.from({ length: count }, (_, index) => record(index === count - 1 ? lastDelta : index, value)),
  )
}

/** Writes a record without key, headers or time of its own. */
function record(offsetDelta: number, value: Buffer): Buffer {
  const body = Buffer.concat([
    Buffer.from([0, 0]),
    varint(offsetDelta),
    varint(-1),
    varint(value.length),
    value,
    varint(0),
  ])
  return Buffer.concat([varint(body.length), body])
}

/** Writes a number in zigzag form, seven bits per byte. */
function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = ((value << 1) ^ (value >> 31)) >>> 0
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80)
  bytes.push(rest)
  return Buffer.from(bytes)
}

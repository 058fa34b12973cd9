// A record batch whose compression cannot be undone (over the bound, or broken behind the broker's back) would stop its partition for
// ever: kafkajs fails the whole fetch, and the next one the same way. Its records are known by number and offset, though, from the header
// before the compressed bytes; each gets a sentence for a value, which no format takes, so that each becomes a dead letter.
// Layout: kafka.apache.org/documentation/#recordbatch

const headerBytes = 61
const lengthAt = 8
const magicAt = 16
const lastOffsetDeltaAt = 23
const countAt = 57
/** More are left to fail: their records would fill the memory that the bound protects. */
const recordsMax = 100_000

/**
 * Records, uncompressed, in the place of those that `compressed` held: the same number, the same last offset, the value `why`. `compressed` is the view
 * that kafkajs hands to a codec, of a buffer that holds the batch's header right before it; undefined where it is not.
 */
export function recordsInstead(compressed: Buffer, why: string): Buffer | undefined {
  if (compressed.byteOffset < headerBytes) return undefined
  const header = Buffer.from(compressed.buffer, compressed.byteOffset - headerBytes, headerBytes)
  const isBatch = header[magicAt] === 2 && header.readInt32BE(lengthAt) === headerBytes - lengthAt - 4 + compressed.length
  const count = header.readInt32BE(countAt)
  if (!isBatch || count < 1 || count > recordsMax) return undefined
  const lastDelta = header.readInt32BE(lastOffsetDeltaAt)
  const value = Buffer.from(why)
  return Buffer.concat(Array.from({ length: count }, (_, index) => record(index === count - 1 ? lastDelta : index, value)))
}

/** Without key, headers or time of its own. */
function record(offsetDelta: number, value: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from([0, 0]), varint(offsetDelta), varint(-1), varint(value.length), value, varint(0)])
  return Buffer.concat([varint(body.length), body])
}

/** Zigzag, then seven bits to a byte. */
function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = ((value << 1) ^ (value >> 31)) >>> 0
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80)
  bytes.push(rest)
  return Buffer.from(bytes)
}

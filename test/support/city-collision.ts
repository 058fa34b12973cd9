// Texts that CityHash64 (version 1.0.2, as the engine's cityHash64) cannot tell from a given one: for 16 bytes it can
// be undone, whatever the last eight of them are.
const mask = 2n ** 64n - 1n
const multiplier = 0x9ddfea08eb382d69n
const inverse = inverseOf(multiplier)

/** Returns 16 bytes that end in `tail` (8 bytes) and have the hash of `text` (16 bytes). */
export function collisionOf(text: Buffer, tail: Buffer): Buffer {
  const b = tail.readBigUInt64LE()
  const v = rotated((b + 16n) & mask)
  // Hash128to64 of (u, v), backwards.
  let step = ((hash16(text) ^ b) * inverse) & mask
  step = (unshifted(step) * inverse) & mask
  const u = ((unshifted(step ^ v) * inverse) & mask) ^ v
  const head = Buffer.alloc(8)
  head.writeBigUInt64LE(u)
  return Buffer.concat([head, tail])
}

/** HashLen0to16 of 16 bytes. */
function hash16(text: Buffer): bigint {
  const b = text.readBigUInt64LE(8)
  return hash128to64(text.readBigUInt64LE(0), rotated((b + 16n) & mask)) ^ b
}

function hash128to64(u: bigint, v: bigint): bigint {
  let a = ((u ^ v) * multiplier) & mask
  a ^= a >> 47n
  let b = ((v ^ a) * multiplier) & mask
  b ^= b >> 47n
  return (b * multiplier) & mask
}

/** Rotates right by 16, the length of the text. */
const rotated = (value: bigint): bigint => (value >> 16n) | ((value << 48n) & mask)

/** Undoes `x ^ (x >> 47)`. */
const unshifted = (value: bigint): bigint => value ^ (value >> 47n)

/** The inverse of an odd number modulo 2^64, by Newton's iteration. */
function inverseOf(odd: bigint): bigint {
  let result = odd
  for (let i = 0; i < 6; i++) result = (result * (2n - odd * result)) & mask
  return result
}

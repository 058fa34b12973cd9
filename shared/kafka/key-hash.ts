// The hash by which Kafka's Java clients choose the partition of a key: murmur2, 32 bits, seed 0x9747b28c
// (org.apache.kafka.common.utils.Utils.murmur2). It uses 32-bit arithmetic. kafkajs uses BigInts that grow, so that a
// key of 200 kB blocked the process for ten seconds.

const m = 0x5bd1e995

/** Returns the hash of a key as a number that is not negative: `partition = keyHash(key) % partitions`. */
export function keyHash(key: Buffer): number {
  let hash = 0x9747b28c ^ key.length
  const whole = key.length & ~3
  for (let at = 0; at < whole; at += 4) {
    let four = Math.imul(key.readInt32LE(at), m)
    four = Math.imul(four ^ (four >>> 24), m)
    hash = Math.imul(hash, m) ^ four
  }
  for (let at = key.length - 1; at >= whole; at--) hash ^= key[at]! << (8 * (at - whole))
  if (whole < key.length) hash = Math.imul(hash, m)
  hash = Math.imul(hash ^ (hash >>> 13), m)
  return (hash ^ (hash >>> 15)) & 0x7fffffff
}

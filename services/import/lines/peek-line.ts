// Reads the first line of a stream of chunks without consuming the stream.

const peekedBytesMax = 64 * 1024

/**
 * `firstLine` has no newline and at most about 64 KiB. `chunks` yields the whole stream, once. Undefined for an empty
 * file.
 */
export async function peekLine(
  source: AsyncIterable<Buffer>,
): Promise<{ firstLine: Buffer; chunks: AsyncIterable<Buffer> } | undefined> {
  const iterator = source[Symbol.asyncIterator]()
  const peeked: Buffer[] = []
  let bytes = 0
  let newline = -1
  while (newline === -1 && bytes < peekedBytesMax) {
    const next = await iterator.next()
    if (next.done === true) break
    const at = next.value.indexOf(0x0a)
    if (at !== -1) newline = bytes + at
    peeked.push(next.value)
    bytes += next.value.length
  }
  if (bytes === 0) return undefined
  const head = peeked.length === 1 ? peeked[0]! : Buffer.concat(peeked)
  async function* all(): AsyncGenerator<Buffer> {
    try {
      yield* peeked
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value
    } finally {
      await iterator.return?.()
    }
  }
  return { firstLine: newline === -1 ? head : head.subarray(0, newline), chunks: all() }
}

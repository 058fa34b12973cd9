// The first line of a stream of chunks, without losing it.

const peekedBytesMax = 64 * 1024

/** `firstLine` is without its newline, and at most about 64 KiB; `chunks` are all of them, once. Undefined for an empty file. */
export async function peekLine(
  source: AsyncIterable<Buffer>,
): Promise<{ firstLine: Buffer; chunks: AsyncIterable<Buffer> } | undefined> {
  const iterator = source[Symbol.asyncIterator]()
  const seen: Buffer[] = []
  let bytes = 0
  let newline = -1
  while (newline === -1 && bytes < peekedBytesMax) {
    const next = await iterator.next()
    if (next.done === true) break
    const at = next.value.indexOf(0x0a)
    if (at !== -1) newline = bytes + at
    seen.push(next.value)
    bytes += next.value.length
  }
  if (bytes === 0) return undefined
  const head = seen.length === 1 ? seen[0]! : Buffer.concat(seen)
  async function* all(): AsyncGenerator<Buffer> {
    try {
      yield* seen
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value
    } finally {
      await iterator.return?.()
    }
  }
  return { firstLine: newline === -1 ? head : head.subarray(0, newline), chunks: all() }
}

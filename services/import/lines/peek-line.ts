// Reads the first line of a stream of chunks without consuming the stream.
import { startsWithMark } from './line-splitter.ts'

const peekedBytesMax = 64 * 1024
/** NUL bytes in front of the first line are given again in pieces of this size. */
const nulsBytesMax = 64 * 1024

/**
 * `firstLine` has no newline, no NUL bytes and no byte order mark in front, and at most about 64 KiB. `chunks` yields
 * the whole stream, once. Undefined for an empty file.
 */
export async function peekLine(
  source: AsyncIterable<Buffer>,
): Promise<{ firstLine: Buffer; chunks: AsyncIterable<Buffer> } | undefined> {
  const iterator = source[Symbol.asyncIterator]()
  const peeked: Buffer[] = []
  let nuls = 0
  let bytes = 0
  for (let hasNewline = false; !hasNewline && bytes < peekedBytesMax;) {
    const next = await iterator.next()
    if (next.done === true) break
    const chunk = next.value
    if (bytes === 0 && chunk.every((byte) => byte === 0)) nuls += chunk.length
    else {
      hasNewline = chunk.includes(0x0a, bytes === 0 ? frontOf(chunk) : 0)
      peeked.push(chunk)
      bytes += chunk.length
    }
  }
  if (bytes + nuls === 0) return undefined
  const { firstLine } = firstLineOf(peeked.length === 1 ? peeked[0]! : Buffer.concat(peeked))
  async function* chunks(): AsyncGenerator<Buffer> {
    try {
      for (let left = nuls; left > 0; left -= nulsBytesMax) yield Buffer.alloc(Math.min(left, nulsBytesMax))
      yield* peeked
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value
    } finally {
      await iterator.return?.()
    }
  }
  return { firstLine, chunks: chunks() }
}

/** Returns the first line of a file that begins with these bytes, and whether they have all of it. */
export function firstLineOf(bytes: Buffer): { firstLine: Buffer; isWhole: boolean } {
  const head = bytes.subarray(frontOf(bytes))
  const newline = head.indexOf(0x0a)
  return newline === -1 ? { firstLine: head, isWhole: false } : { firstLine: head.subarray(0, newline), isWhole: true }
}

/** Returns where the first line begins behind a byte order mark, and NUL bytes with the newlines behind them. */
function frontOf(head: Buffer): number {
  let at = startsWithMark(head) ? 3 : 0
  while (head[at] === 0 || (head[at] === 0x0a && head[at - 1] === 0)) at++
  return at
}

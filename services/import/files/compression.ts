// Decompresses a stream of chunks. A stream that is broken or ends too early yields what could be read of it and
// reports one sentence; it never throws.
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { pipeline, Readable } from 'node:stream'

export type Compression = 'none' | 'gzip' | 'zstd'

/** Returns the compression that the first bytes of a file show, or the name of one that is not read. */
export function compressionOf(head: Buffer): Compression | 'xz' | 'bzip2' | 'lz4' {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip'
  if (head.length >= 4 && head.readUInt32LE(0) === 0xfd2fb528) return 'zstd'
  if (head.subarray(0, 6).equals(Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]))) return 'xz'
  if (head.subarray(0, 3).toString('latin1') === 'BZh') return 'bzip2'
  if (head.length >= 4 && head.readUInt32LE(0) === 0x184d2204) return 'lz4'
  return 'none'
}

/** Calls `onBroken` at most once, after the last good chunk. */
export async function* decompress(
  chunks: AsyncIterable<Buffer>,
  compression: Compression,
  onBroken: (reason: string) => void,
): AsyncGenerator<Buffer> {
  if (compression === 'none') {
    yield* chunks
    return
  }
  const options = { chunkSize: 256 * 1024 }
  const expand = compression === 'gzip' ? createGunzip(options) : createZstdDecompress(options)
  pipeline(Readable.from(chunks, { objectMode: false }), expand, () => {})
  try {
    for await (const chunk of expand as AsyncIterable<Buffer>) yield chunk
  } catch (error) {
    onBroken((error as Error).message)
  }
}

// Small bodies that become 10 GB.
import { brotliCompressSync, deflateRawSync, constants, gzipSync } from 'node:zlib'
import { encode } from '@msgpack/msgpack'

const tenMB = 10_000_000
const members = 1000

export interface Bomb {
  name: string
  bytes: Buffer
  /** Content-Encoding. */
  encoding: string
}

const repeated = (bytes: Buffer, times: number): Buffer => Buffer.concat(Array.from({ length: times }, () => bytes))

/** A frame of blocks that say one byte and how often it comes. https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1 */
function zstdOfRuns(blocks: number): Buffer {
  const run = 128 * 1024
  const block = (isLast: boolean): Buffer => {
    const head = Buffer.alloc(4)
    head.writeUIntLE((run << 3) | (1 << 1) | (isLast ? 1 : 0), 0, 3)
    head[3] = 0x20
    return head
  }
  return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38]), repeated(block(false), blocks - 1), block(true)])
}

/** A block whose head says 4 GiB less a byte. */
const snappyOf4GiB = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0x00, 0x20])

const zeros = Buffer.alloc(tenMB)
const flushed = deflateRawSync(zeros, { finishFlush: constants.Z_FULL_FLUSH })

export const bombs: readonly Bomb[] = [
  { name: 'gzip, 10 GB of members', bytes: repeated(gzipSync(zeros), members), encoding: 'gzip' },
  { name: 'zstd, 10 GB of runs', bytes: zstdOfRuns(76_300), encoding: 'zstd' },
  { name: 'deflate, 10 GB', bytes: Buffer.concat([repeated(flushed, members), Buffer.from([0x03, 0x00])]), encoding: 'deflate' },
  { name: 'snappy, a head of 4 GiB', bytes: snappyOf4GiB, encoding: 'snappy' },
  { name: 'brotli', bytes: brotliCompressSync(zeros), encoding: 'br' },
]

/** A chunk of the Forward protocol whose entries are compressed. */
export const compressedChunk = (entries: Buffer, compressed: string): Buffer =>
  Buffer.concat([Buffer.from([0x93]), encode('app'), encode(entries), encode({ chunk: 'bomb', compressed })])

/** A chunk in the entries of a chunk, a hundred deep, with a bomb at the bottom. */
export function nestedChunk(bomb: Buffer): Buffer {
  let entries = bomb
  for (let level = 0; level < 100; level++) entries = gzipSync(compressedChunk(entries, 'gzip'))
  return compressedChunk(entries, 'gzip')
}

// snappy in record batches: a raw block (librdkafka), or blocks in the framing of snappy-java (the Java clients). That
// is not Google's framing format: after 16 bytes of header, each block follows its length, big-endian.
import { compress, uncompress } from 'snappy'

const magic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00])
const headerBytes = 16

/** Returns one block in snappy-java's framing, which every client reads. */
export async function snappyCompress(bytes: Buffer): Promise<Buffer> {
  const block = await compress(bytes)
  const header = Buffer.alloc(headerBytes + 4)
  magic.copy(header)
  header.writeInt32BE(1, 8) // version
  header.writeInt32BE(1, 12) // oldest version that can read it
  header.writeInt32BE(block.length, headerBytes)
  return Buffer.concat([header, block])
}

/** Decompresses either form. Throws an Error that says what is wrong, also where the output exceeds `bytesMax`. */
export async function snappyDecompress(bytes: Buffer, bytesMax: number): Promise<Buffer> {
  if (!bytes.subarray(0, magic.length).equals(magic)) return rawBlock(bytes, bytesMax)
  const pieces: Buffer[] = []
  let total = 0
  for (let pos = headerBytes; pos < bytes.length;) {
    if (pos + 4 > bytes.length) throw new Error(`the block at byte ${pos} is cut short`)
    const start = pos + 4
    const stop = start + bytes.readUInt32BE(pos)
    if (stop > bytes.length) throw new Error(`the block at byte ${pos} is cut short`)
    const piece = await rawBlock(bytes.subarray(start, stop), bytesMax - total)
    total += piece.length
    pieces.push(piece)
    pos = stop
  }
  return Buffer.concat(pieces, total)
}

async function rawBlock(block: Buffer, bytesMax: number): Promise<Buffer> {
  if (uncompressedSize(block) > bytesMax) throw new Error('it is too long once decompressed')
  return (await uncompress(block, { asBuffer: true })) as Buffer
}

/** Reads the varint at the start of a block. */
function uncompressedSize(block: Buffer): number {
  let size = 0
  for (let i = 0; i < 5; i++) {
    const byte = block[i]
    if (byte === undefined) throw new Error('the block is cut short')
    size += (byte & 0x7f) * 2 ** (7 * i)
    if (byte < 0x80) return size
  }
  throw new Error('the block does not begin with its size')
}

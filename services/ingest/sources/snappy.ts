// snappy as it travels over HTTP: raw blocks, and the framing format (google/snappy, framing_format.txt).
import { uncompress } from 'snappy'
import { AfterlogError } from '#shared/errors.ts'
import type { Reservation } from '../buffer/inflight.ts'

const streamIdentifier = Buffer.from([0xff, 0x06, 0x00, 0x00, 0x73, 0x4e, 0x61, 0x50, 0x70, 0x59])

/**
 * Decompresses either form, and reserves its bytes before. Throws `too-large` beyond `bytesMax`, `busy`, and
 * `invalid-body` where the body has neither form.
 */
export async function unsnappy(body: Buffer, bytesMax: number, reservation: Reservation): Promise<Buffer> {
  return body.subarray(0, streamIdentifier.length).equals(streamIdentifier)
    ? unframe(body, bytesMax, reservation)
    : block(body, bytesMax, reservation)
}

async function unframe(body: Buffer, bytesMax: number, reservation: Reservation): Promise<Buffer> {
  const pieces: Buffer[] = []
  let total = 0
  for (let pos = 0; pos < body.length;) {
    if (pos + 4 > body.length) throw broken(`the frame at byte ${pos} is cut short`)
    const type = body[pos]!
    const start = pos + 4
    const stop = start + body.readUIntLE(pos + 1, 3)
    if (stop > body.length) throw broken(`the frame at byte ${pos} is cut short`)
    if (type === 0x00 || type === 0x01) {
      if (stop - start < 4) throw broken(`the frame at byte ${pos} has no checksum`)
      const data = body.subarray(start + 4, stop)
      const piece = type === 0x00 ? await block(data, bytesMax - total, reservation) : data
      total += piece.length
      if (total > bytesMax) throw tooLarge(bytesMax)
      if (masked(crc32c(piece)) !== body.readUInt32LE(start))
        throw broken(`the checksum of the frame at byte ${pos} does not match`)
      pieces.push(piece)
    } else if (type >= 0x02 && type <= 0x7f) throw broken(`the frame at byte ${pos} has the unknown type ${type}`)
    pos = stop
  }
  return Buffer.concat(pieces, total)
}

async function block(body: Buffer, bytesMax: number, reservation: Reservation): Promise<Buffer> {
  const size = uncompressedSize(body)
  if (size > bytesMax) throw tooLarge(bytesMax)
  reservation.grow(size)
  try {
    return (await uncompress(body, { asBuffer: true })) as Buffer
  } catch (error) {
    throw broken((error as Error).message)
  }
}

/** Reads the varint at the start of a block. */
function uncompressedSize(body: Buffer): number {
  let size = 0
  for (let i = 0; i < 5; i++) {
    const byte = body[i]
    if (byte === undefined) throw broken('the block is cut short')
    size += (byte & 0x7f) * 2 ** (7 * i)
    if (byte < 0x80) return size
  }
  throw broken('the block does not begin with its size')
}

const broken = (why: string): AfterlogError =>
  new AfterlogError('invalid-body', `the body is not snappy: ${why}`, { parameter: 'content-encoding' })

export const tooLarge = (bytesMax: number): AfterlogError =>
  new AfterlogError(
    'too-large',
    `the body is larger than ${bytesMax} bytes once decompressed (AFTERLOG_BODY_BYTES_MAX); send smaller batches`,
  )

const table = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1
  return value
})

function crc32c(bytes: Buffer): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = table[(crc ^ byte) & 0xff]! ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}

const masked = (crc: number): number => ((((crc >>> 15) | (crc << 17)) >>> 0) + 0xa282ead8) >>> 0

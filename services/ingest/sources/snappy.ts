// snappy as it travels over HTTP: raw blocks, and the framing format (google/snappy, framing_format.txt).
import { setImmediate as othersTurn } from 'node:timers/promises'
import { uncompress } from 'snappy'
import { AfterlogError } from '#shared/errors.ts'
import type { Reservation } from '../buffer/inflight.ts'

const streamIdentifier = Buffer.from([0xff, 0x06, 0x00, 0x00, 0x73, 0x4e, 0x61, 0x50, 0x70, 0x59])

/**
 * Decompresses either form into memory of its own, which can be sent to a thread, and reserves its bytes before. Throws
 * `too-large` beyond `bytesMax`, `busy`, and `invalid-body` where the body has neither form.
 */
export async function unsnappy(body: Buffer, bytesMax: number, reservation: Reservation): Promise<Buffer> {
  return body.subarray(0, streamIdentifier.length).equals(streamIdentifier)
    ? unframe(body, bytesMax, reservation)
    : Buffer.concat([await block(body, bytesMax, reservation)])
}

/** Lets other work run every so often: a body may have millions of frames. */
async function unframe(body: Buffer, bytesMax: number, reservation: Reservation): Promise<Buffer> {
  // One buffer that grows, since a piece of a byte would take a hundred.
  let whole: Buffer = Buffer.allocUnsafeSlow(Math.min(Math.max(4 * body.length, 64 * 1024), bytesMax))
  let total = 0
  let beganMs = performance.now()
  for (let pos = 0; pos < body.length;) {
    const { type, start, stop } = frameAt(body, pos)
    if (type === 0x00 || type === 0x01) {
      if (stop - start < 4) throw broken(`the frame at byte ${pos} has no checksum`)
      const data = body.subarray(start + 4, stop)
      const piece = type === 0x00 ? await block(data, bytesMax - total, reservation) : data
      if (total + piece.length > bytesMax) throw tooLarge(bytesMax)
      if (type === 0x01) reservation.grow(piece.length)
      if (masked(crc32c(piece)) !== body.readUInt32LE(start))
        throw broken(`the checksum of the frame at byte ${pos} does not match`)
      whole = withRoom(whole, total, piece.length, bytesMax)
      total += piece.copy(whole, total)
    } else if (type >= 0x02 && type <= 0x7f) throw broken(`the frame at byte ${pos} has the unknown type ${type}`)
    pos = stop
    if (performance.now() - beganMs >= sliceMs) {
      await othersTurn()
      beganMs = performance.now()
    }
  }
  return whole.subarray(0, total)
}

const sliceMs = 10

function frameAt(body: Buffer, pos: number): { type: number; start: number; stop: number } {
  const start = pos + 4
  const stop = start > body.length ? Infinity : start + body.readUIntLE(pos + 1, 3)
  if (stop > body.length) throw broken(`the frame at byte ${pos} is cut short`)
  return { type: body[pos]!, start, stop }
}

function withRoom(whole: Buffer, used: number, more: number, bytesMax: number): Buffer {
  if (used + more <= whole.length) return whole
  const larger = Buffer.allocUnsafeSlow(Math.min(Math.max(2 * whole.length, used + more), bytesMax))
  whole.copy(larger, 0, 0, used)
  return larger
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

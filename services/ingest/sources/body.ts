// Reads a request's body within the bytes in flight, and decompresses it within its cap. The caller releases the
// reservation once the rows of the body are stored or refused.
import zlib from 'node:zlib'
import pLimit from 'p-limit'
import type { IncomingMessage } from 'node:http'
import { finished, Readable, type Transform } from 'node:stream'
import { AfterlogError } from '#shared/errors.ts'
import type { Reservation } from '../buffer/inflight.ts'
import { Blocks } from './blocks.ts'
import { decompressed } from './decompressed.ts'
import { tooLarge, unsnappy } from './snappy.ts'

/** Bodies that are decompressed at once. A further one waits compressed, as it came. */
const inTurn = pLimit(2)

/**
 * Returns the whole body, decompressed. Throws `too-large`, `unsupported-type`, `busy` or `invalid-body`.
 * @param unnamed The encoding of a body that names none.
 */
export async function readBody(
  request: IncomingMessage,
  bytesMax: number,
  reservation: Reservation,
  unnamed: 'identity' | 'snappy' = 'identity',
): Promise<Buffer> {
  const encoding = (request.headers['content-encoding'] ?? unnamed).trim().toLowerCase()
  if (!['identity', '', 'gzip', 'x-gzip', 'zstd', 'snappy', 'deflate'].includes(encoding)) {
    throw new AfterlogError(
      'unsupported-type',
      `Content-Encoding ${JSON.stringify(encoding.slice(0, 99))} is not read; send gzip, zstd, snappy, deflate or none`,
      {
        parameter: 'content-encoding',
      },
    )
  }
  const declared = Number(request.headers['content-length'] ?? 0)
  if (declared > bytesMax)
    throw new AfterlogError(
      'too-large',
      `the body has ${declared} bytes, of at most ${bytesMax} (AFTERLOG_BODY_BYTES_MAX); send smaller batches`,
    )
  const raw = await readRaw(request, bytesMax, reservation)
  if (encoding === 'identity' || encoding === '') return raw
  return decompress(raw, encoding, bytesMax, reservation)
}

/**
 * Reads all bytes of a stream. Takes each chunk as it comes. HTTP chunks may have one byte, and an object that has a hundred: small ones are copied
 * into blocks, and a body of many of them is refused.
 */
export function readRaw(request: Readable, bytesMax: number, reservation: Reservation): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const blocks = new Blocks()
  let chunks = 0
  const take = (chunk: Buffer): void => {
    if (blocks.bytes + chunk.length > bytesMax)
      throw new AfterlogError(
        'too-large',
        `the body has more than ${bytesMax} bytes (AFTERLOG_BODY_BYTES_MAX); send smaller batches`,
      )
    // The rows of a body take about as many bytes as the body.
    reservation.grow(chunk.length * 2)
    blocks.add(chunk)
    if (++chunks > tinyChunksMax && blocks.bytes < chunks * chunkBytesMin)
      throw new AfterlogError(
        'invalid-body',
        `the body comes in chunks of less than ${chunkBytesMin} bytes, ${chunks} so far; send larger ones`,
      )
  }
  const onData = (chunk: Buffer): void => {
    try {
      take(chunk)
    } catch (error) {
      request.off('data', onData)
      reject(error)
    }
  }
  finished(request, { writable: false }, (error) => (error ? reject(error) : resolve(blocks.whole())))
  request.on('data', onData)
  return promise
}

/** So many chunks may be smaller than `chunkBytesMin` on average. */
const tinyChunksMax = 10_000
const chunkBytesMin = 16

/** Decompresses one of the encodings of `readBody`. Throws as it does. */
export const decompress = (
  body: Buffer,
  encoding: string,
  bytesMax: number,
  reservation: Reservation,
): Promise<Buffer> => inTurn(() => decompressNow(body, encoding, bytesMax, reservation))

async function decompressNow(
  body: Buffer,
  encoding: string,
  bytesMax: number,
  reservation: Reservation,
): Promise<Buffer> {
  try {
    if (encoding === 'snappy') return await unsnappy(body, bytesMax, reservation)
    return await collectDecompressed(decompressedOf(body, encoding), bytesMax, reservation)
  } catch (error) {
    if (error instanceof AfterlogError) throw error
    throw new AfterlogError('invalid-body', `the body is not ${encoding}: ${(error as Error).message}`, {
      parameter: 'content-encoding',
      cause: error,
    })
  }
}

function decompressedOf(body: Buffer, encoding: string): AsyncIterable<Buffer> {
  if (encoding === 'zstd') return decompressed(Readable.from([body]), encoding)
  return decompressorOf(body, encoding).end(body)
}

function decompressorOf(body: Buffer, encoding: string): Transform {
  // Text becomes some eight times as large. A chunk is made whole, however little of it is used.
  const options = { chunkSize: Math.min(Math.max(8 * body.length, 16 * 1024), 256 * 1024) }
  if (encoding !== 'deflate') return zlib.createGunzip(options)
  // RFC 9110 defines deflate as zlib's format; some senders send bare deflate.
  return isZlib(body) ? zlib.createInflate(options) : zlib.createInflateRaw(options)
}

/** Counts each chunk before the next one is made, so that a small body never becomes more than there is room for. */
async function collectDecompressed(
  chunks: AsyncIterable<Buffer>,
  bytesMax: number,
  reservation: Reservation,
): Promise<Buffer> {
  const blocks = new Blocks()
  for await (const chunk of chunks) {
    if (blocks.bytes + chunk.length > bytesMax) throw tooLarge(bytesMax)
    reservation.grow(chunk.length)
    blocks.add(chunk)
  }
  return blocks.whole()
}

const isZlib = (body: Buffer): boolean =>
  body.length >= 2 && (body[0]! & 0x0f) === 8 && ((body[0]! << 8) | body[1]!) % 31 === 0

// Reads a request's body within the bytes in flight, and decompresses it within its cap. The caller releases the
// reservation once the rows of the body are stored or refused.
import { promisify } from 'node:util'
import zlib from 'node:zlib'
import type { IncomingMessage } from 'node:http'
import { AfterlogError } from '#shared/errors.ts'
import type { Reservation } from '../buffer/inflight.ts'
import { tooLarge, unsnappy } from './snappy.ts'

const gunzip = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip)
const inflate = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.inflate)
const inflateRaw = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.inflateRaw)
const unzstd = promisify<Buffer, zlib.ZstdOptions, Buffer>(zlib.zstdDecompress)

/** Returns the whole body, decompressed. Throws `too-large`, `unsupported-type`, `busy` or `invalid-body`. */
export async function readBody(request: IncomingMessage, bytesMax: number, reservation: Reservation): Promise<Buffer> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase()
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
  const raw = await collect(request, bytesMax, reservation)
  const body = await decompress(raw, encoding, bytesMax)
  if (body !== raw) reservation.grow(body.length)
  return body
}

async function collect(request: IncomingMessage, bytesMax: number, reservation: Reservation): Promise<Buffer> {
  const chunks: Buffer[] = []
  let total = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    total += chunk.length
    if (total > bytesMax)
      throw new AfterlogError(
        'too-large',
        `the body has more than ${bytesMax} bytes (AFTERLOG_BODY_BYTES_MAX); send smaller batches`,
      )
    // The rows of a body take about as many bytes as the body.
    reservation.grow(chunk.length * 2)
    chunks.push(chunk)
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, total)
}

async function decompress(body: Buffer, encoding: string, bytesMax: number): Promise<Buffer> {
  const options = { maxOutputLength: bytesMax }
  try {
    switch (encoding) {
      case 'gzip':
      case 'x-gzip':
        return await gunzip(body, options)
      case 'zstd':
        return await unzstd(body, options)
      case 'deflate':
        // RFC 9110 defines deflate as zlib's format; some senders send bare deflate.
        return await (isZlib(body) ? inflate(body, options) : inflateRaw(body, options))
      case 'snappy':
        return await unsnappy(body, bytesMax)
      default:
        return body
    }
  } catch (error) {
    if (error instanceof AfterlogError) throw error
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(bytesMax)
    throw new AfterlogError('invalid-body', `the body is not ${encoding}: ${(error as Error).message}`, {
      parameter: 'content-encoding',
      cause: error,
    })
  }
}

const isZlib = (body: Buffer): boolean =>
  body.length >= 2 && (body[0]! & 0x0f) === 8 && ((body[0]! << 8) | body[1]!) % 31 === 0

// Compresses answers for clients that take it: whole ones on a thread beside the event loop, streams part by part, so
// that what was sent can be read at once. Left out are small answers, those that follow what arrives, since each would
// hold an encoder for hours, and those that are compressed already. docs/api.md says what it costs.
import type { FastifyReply } from 'fastify'
import { pipeline, Readable, type Transform } from 'node:stream'
import { promisify } from 'node:util'
import zlib from 'node:zlib'
import { acceptedCoding, type Coding } from './accepted-coding.ts'
import type { HttpServer } from './types.ts'
import { addVary } from './vary.ts'

const bytesMin = 1024
/** Streams beyond so many at once are sent as they are: each holds an encoder of up to a megabyte. */
const streamsMax = 64
const compressible = /^(?:text\/|application\/(?:[\w.-]+\+)?(?:json|x-ndjson|yaml|xml|javascript)|image\/svg)/

const {
  BROTLI_OPERATION_FLUSH,
  BROTLI_PARAM_LGWIN,
  BROTLI_PARAM_QUALITY,
  Z_SYNC_FLUSH,
  ZSTD_c_compressionLevel,
  ZSTD_c_windowLog,
  ZSTD_e_flush,
} = zlib.constants

/** The lowest levels: three times the CPU of a higher one saves a tenth of the bytes. */
const gzip = { level: 1 }
const br = { params: { [BROTLI_PARAM_QUALITY]: 1, [BROTLI_PARAM_LGWIN]: 18 } }
const zstd = { params: { [ZSTD_c_compressionLevel]: 1, [ZSTD_c_windowLog]: 18 } }

const gzipWhole = promisify<string | Buffer, zlib.ZlibOptions, Buffer>(zlib.gzip)
const brWhole = promisify<string | Buffer, zlib.BrotliOptions, Buffer>(zlib.brotliCompress)
const zstdWhole = promisify<string | Buffer, zlib.ZstdOptions, Buffer>(zlib.zstdCompress)

const whole: Readonly<Record<Coding, (payload: string | Buffer) => Promise<Buffer>>> = {
  gzip: (payload) => gzipWhole(payload, gzip),
  br: (payload) => brWhole(payload, br),
  zstd: (payload) => zstdWhole(payload, zstd),
}
const encoders: Readonly<Record<Coding, () => Transform>> = {
  gzip: () => zlib.createGzip({ ...gzip, flush: Z_SYNC_FLUSH }),
  br: () => zlib.createBrotliCompress({ ...br, flush: BROTLI_OPERATION_FLUSH }),
  zstd: () => zlib.createZstdCompress({ ...zstd, flush: ZSTD_e_flush }),
}

/** Call it behind the hooks that replace a payload. */
export function compressAnswers(app: HttpServer): void {
  let streams = 0
  const announced = new WeakSet<FastifyReply>()
  app.addHook('onSend', async (request, reply, payload) => {
    // A stream failed before its first byte, and the failure is sent in its place.
    if (announced.delete(reply)) void reply.removeHeader('content-encoding')
    if (!mayBeCompressed(reply)) return payload
    addVary(reply, 'accept-encoding')
    const coding = acceptedCoding(request.headers['accept-encoding'])
    if (coding === undefined || request.method === 'HEAD') return payload
    if (typeof payload === 'string' || Buffer.isBuffer(payload)) {
      if (payload.length < bytesMin) return payload
      announce(reply, coding)
      return whole[coding](payload)
    }
    if (!(payload instanceof Readable) || streams >= streamsMax) return payload
    announce(reply, coding)
    announced.add(reply)
    streams++
    return pipeline(payload, encoders[coding](), () => {
      streams--
    })
  })
}

function mayBeCompressed(reply: FastifyReply): boolean {
  const { work } = reply.request
  if (work.follows === true || work.ran !== undefined) return false
  if (reply.statusCode === 204 || reply.statusCode === 304 || reply.hasHeader('content-encoding')) return false
  if (String(reply.getHeader('cache-control') ?? '').includes('no-transform')) return false
  return compressible.test(String(reply.getHeader('content-type') ?? ''))
}

function announce(reply: FastifyReply, coding: Coding): void {
  void reply.header('content-encoding', coding).removeHeader('content-length')
  const etag = reply.getHeader('etag')
  // The bytes differ with the coding, what they say does not.
  if (typeof etag === 'string' && !etag.startsWith('W/')) void reply.header('etag', `W/${etag}`)
}

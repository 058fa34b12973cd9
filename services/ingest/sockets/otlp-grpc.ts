// OTLP logs over gRPC: the one call opentelemetry.proto.collector.logs.v1.LogsService/Export, on HTTP/2 without TLS. The
// framing is read here, a prefix of five bytes, so that a message counts as bytes in flight while it comes, and is
// decompressed within the same bounds as the body of a post.
// https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md and https://opentelemetry.io/docs/specs/otlp/#otlpgrpc
import { once } from 'node:events'
import http2, { type IncomingHttpHeaders, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import { AfterlogError, invalidParameter } from '#shared/errors.ts'
import { isTenant } from '#shared/tenant.ts'
import { ownCopy } from '../buffer/own-copy.ts'
import type { Reservation } from '../buffer/inflight.ts'
import type { Origin } from '../normalise/origin.ts'
import { clusterHeader, nodeHeader } from '../publish/message-headers.ts'
import { textHeader } from '../routes/batch-post.ts'
import { encodeAnswer, rpcCode } from '../routes/otlp.ts'
import { decompress, readRaw } from '../sources/body.ts'
import type { OpenSocket, SocketOptions } from './socket.ts'

const exportPath = '/opentelemetry.proto.collector.logs.v1.LogsService/Export'

/** Calls of one connection that are under way at once. */
const callsMax = 64
/** ms without a byte after which a call ends. */
const silentMsMax = 60_000
/** gRPC codes that no failure of ours has. */
const unimplemented = 12

export const openOtlpGrpc: OpenSocket = async ({ host, port }, options) => {
  const sessions = new Set<ServerHttp2Session>()
  const server = http2.createServer({ settings: { maxConcurrentStreams: callsMax } })
  server.on('session', (session) => {
    sessions.add(session)
    session.on('close', () => sessions.delete(session))
    session.on('error', (error) => options.log.debug({ err: error }, 'a gRPC connection failed'))
  })
  server.on('stream', (stream, headers) => {
    stream.on('error', () => stream.destroy())
    stream.setTimeout(silentMsMax, () => stream.close(http2.constants.NGHTTP2_CANCEL))
    void answer(stream, headers, options)
  })
  server.listen(port, host)
  await once(server, 'listening')
  return {
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      for (const session of sessions) session.close()
      await closed
    },
  }
}

/** Never rejects. */
async function answer(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, options: SocketOptions): Promise<void> {
  let reservation: Reservation | undefined
  try {
    reservation = options.inflight.reserve(0)
    const type = headers['content-type'] ?? ''
    if (!/^application\/grpc(?:\+proto)?(?:;|$)/.test(type))
      return stream.respond({ ':status': 415 }, { endStream: true })
    if (headers[':path'] !== exportPath) return fail(stream, unimplemented, `there is no ${String(headers[':path'])}`)
    const message = await readMessage(stream, headers, options, reservation)
    const origin = { ...originOf(headers, options.cluster), receivedMs: options.clock() }
    const as = { format: 'otlp-proto', form: 'json' } as const
    send(stream, encodeAnswer(await options.deliver(message, origin, as, reservation.become)))
  } catch (error) {
    if (!(error instanceof AfterlogError)) {
      options.log.error({ err: error }, 'an export over gRPC failed')
      return fail(stream, rpcCode(new AfterlogError('internal', '')), 'a bug in Afterlog: its log has the cause')
    }
    // A collector drops what is refused with RESOURCE_EXHAUSTED, which 429 is elsewhere.
    fail(stream, error.retryable ? rpcCode(new AfterlogError('overloaded', '')) : rpcCode(error), error.message)
  } finally {
    reservation?.release()
  }
}

const prefixBytes = 5

/** Reads the one message of a call. Throws AfterlogError. */
async function readMessage(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  { bodyBytesMax }: SocketOptions,
  reservation: Reservation,
): Promise<Buffer> {
  const framed = await readRaw(stream, bodyBytesMax, reservation)
  const length = framed.length < prefixBytes ? -1 : framed.readUInt32BE(1)
  if (length !== framed.length - prefixBytes)
    throw new AfterlogError(
      'invalid-body',
      length < 0
        ? 'the call has no message'
        : `the call has ${framed.length - prefixBytes} bytes of one message, whose prefix says ${length}`,
    )
  const message = ownCopy(framed, prefixBytes)
  if (framed[0] === 0) return message
  const encoding = String(headers['grpc-encoding'] ?? 'identity')
  if (!['gzip', 'deflate', 'zstd', 'snappy'].includes(encoding))
    throw new AfterlogError('unsupported-type', `grpc-encoding ${JSON.stringify(encoding)} is not read; send gzip`)
  return decompress(message, encoding, bodyBytesMax, reservation)
}

function originOf(headers: IncomingHttpHeaders, cluster: string): Omit<Origin, 'receivedMs'> {
  // An empty one is none, as over HTTP.
  const tenant = headers['x-scope-orgid'] || 'default'
  if (typeof tenant !== 'string' || !isTenant(tenant))
    throw invalidParameter('X-Scope-OrgID', 'x-scope-orgid must be 1 to 128 printable ASCII characters without blanks')
  return {
    tenant,
    cluster: textHeader(headers, clusterHeader) ?? cluster,
    node: textHeader(headers, nodeHeader) ?? '',
    agent: '',
    source: `grpc:${exportPath}`,
    format: 'otlp-proto',
  }
}

const grpc = { ':status': 200, 'content-type': 'application/grpc+proto' } as const

function send(stream: ServerHttp2Stream, message: Buffer): void {
  if (stream.destroyed) return
  stream.respond(grpc, { waitForTrailers: true })
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
  const prefix = Buffer.alloc(prefixBytes)
  prefix.writeUInt32BE(message.length, 1)
  stream.end(Buffer.concat([prefix, message]))
}

/** Answers with trailers alone. A message is percent-encoded UTF-8. */
function fail(stream: ServerHttp2Stream, code: number, message: string): void {
  if (stream.destroyed || stream.headersSent) return
  const text = encodeURIComponent(message.slice(0, 1000).toWellFormed()).replaceAll('%20', ' ')
  stream.respond({ ...grpc, 'grpc-status': String(code), 'grpc-message': text }, { endStream: true })
  stream.resume()
}

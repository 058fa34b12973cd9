// What every posting route does alike: read the body within its limits, decode it, deliver rows and dead letters, and only then
// answer. A protocol of its own is a decoder and the shape of an answer.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { AfterlogError, invalidParameter } from '#shared/errors.ts'
import type { RoutePlugin } from '#shared/http/server.ts'
import type { InflightBytes } from '../buffer/inflight.ts'
import type { Decoded } from '../normalise/decoded.ts'
import type { Origin } from '../normalise/origin.ts'
import { readBody } from '../sources/body.ts'

export interface Accept {
  /** Resolves when the decoded rows and the dead letters of the rejects are durable. `key` tells this body from every other. */
  (decoded: Decoded, origin: Origin, key: Buffer): Promise<void>
}

export interface BatchPostOptions {
  accept: Accept
  inflight: InflightBytes
  bodyBytesMax: number
  /** Default of records that name no cluster. */
  cluster: string
  /** ms since 1970. */
  clock: () => number
}

/** Decodes a body of a media type that the route takes. */
export type Decoder = (body: Buffer, origin: Origin) => Decoded

const rejectsShownMax = 10_000

/** Handles one post: `decoders` by media type. */
export function batchPost(
  { accept, inflight, bodyBytesMax, cluster, clock }: BatchPostOptions,
  decoders: Readonly<Record<string, Decoder>>,
) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const receivedMs = clock()
    const reservation = inflight.reserve(0)
    try {
      const decode = decoders[mediaType(request)]
      if (decode === undefined) {
        throw new AfterlogError(
          'unsupported-type',
          `Content-Type ${JSON.stringify(mediaType(request))} is not read here; send ${Object.keys(decoders).join(' or ')}`,
          {
            parameter: 'content-type',
          },
        )
      }
      const origin: Origin = {
        tenant: request.tenant,
        cluster: batchHeader(request, 'x-afterlog-cluster') ?? cluster,
        node: batchHeader(request, 'x-afterlog-node') ?? '',
        agent: '',
        receivedMs,
        source: `http:${request.routeOptions.url ?? ''}`,
      }
      const body = await readBody(request.raw, bodyBytesMax, reservation)
      const decoded = decode(body, origin)
      await accept(decoded, origin, body)
      return answer(decoded)
    } catch (error) {
      // What was not read of the body would be taken for the next request.
      if (!request.raw.complete) void reply.header('connection', 'close')
      throw error
    } finally {
      reservation.release()
    }
  }
}

function answer({ accepted, rejects }: Decoded) {
  return {
    accepted,
    rejected: rejects.length,
    rejects: rejects.slice(0, rejectsShownMax).map(({ index, reason, detail }) => ({ index, reason: detail, code: reason })),
  }
}

function mediaType(request: FastifyRequest): string {
  return (request.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase().slice(0, 200)
}

function batchHeader(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name]
  if (value === undefined || value === '') return undefined
  if (typeof value !== 'string' || !/^[\x20-\x7e]{1,253}$/.test(value))
    throw invalidParameter(name, `${name} must be 1 to 253 printable ASCII characters`)
  return value
}

/** Leaves bodies to their handlers, in the plugin that registers it only. */
export const rawBodies: (app: Parameters<RoutePlugin>[0]) => void = (app) => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
}

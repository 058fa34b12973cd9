// The steps that all posting routes share: read the body within its limits, deliver it, and only then answer. A body
// counts as bytes in flight until it is delivered, which bounds the memory of bodies that wait for the store or a
// broker.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { AfterlogError, invalidParameter } from '#shared/errors.ts'
import type { CheckAdmin } from '#shared/http/admin-token.ts'
import type { RoutePlugin } from '#shared/http/server.ts'
import type { TopicFormat } from '#shared/kafka/settings.ts'
import type { InflightBytes } from '../buffer/inflight.ts'
import type { BodyFormat } from '../decoding/body-rows.ts'
import { withoutMark } from '../formats/byte-order-mark.ts'
import type { Origin } from '../normalise/origin.ts'
import { rejectedOf, rejectsMax } from '../normalise/reject.ts'
import { readReplay, replayHeader } from '../normalise/replay.ts'
import { batchIdHeader, isHeaderText } from '../publish/message-headers.ts'
import { readBody } from '../sources/body.ts'
import type { IncomingHttpHeaders } from 'node:http'
import type { z } from 'zod'
import type { acceptedSchema } from './schemas.ts'
import type { Delivered, DeliverBody } from './deliver-body.ts'

export interface BatchPostOptions {
  deliver: DeliverBody
  inflight: InflightBytes
  bodyBytesMax: number
  /** The cluster of records that name none. */
  cluster: string
  /** ms since 1970. */
  clock: () => number
  /** Refuses who may not mark dead letters as replayed. */
  checkReplay: CheckAdmin
}

/** What distinguishes the posts of one protocol. */
export interface PostDialect<Answer, Noted = undefined> {
  /** How a body is read, by media type; under '*' every other. */
  types: Readonly<Record<string, BodyFormat & { unnamedEncoding?: 'snappy' }>>
  /** Notes of a body what the answer needs, before it is delivered. Throws AfterlogError where it is not of the protocol. */
  note?(body: Buffer): Noted
  /** The tag of the records, where the protocol has one. */
  tagOf?(request: FastifyRequest): string | undefined
  /** Answers a post of which all accepted records are stored. */
  answer(delivered: Delivered, request: FastifyRequest, reply: FastifyReply, noted: Noted | undefined): Answer
}

/** Our own posts: JSON or NDJSON in, the counts and the first rejects out. */
export const ownDialect = (format: TopicFormat): PostDialect<Accepted> => ({
  types: { 'application/json': { format, form: 'json' }, 'application/x-ndjson': { format, form: 'ndjson' } },
  answer,
})

/** Handles one post of a dialect. */
export function batchPost<Answer, Noted = undefined>(
  { deliver, inflight, bodyBytesMax, cluster, clock, checkReplay }: BatchPostOptions,
  dialect: PostDialect<Answer, Noted>,
) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const reservation = inflight.reserve(0)
    try {
      const { unnamedEncoding, ...as } = bodyFormat(request, dialect)
      const replay = readReplay(request.headers[replayHeader])
      if (replay !== undefined) checkReplay(request)
      const tag = dialect.tagOf?.(request)
      const sender = {
        ...senderOf(request, as.format, cluster),
        ...(replay === undefined ? {} : { replay }),
        ...(tag === undefined ? {} : { tag }),
      }
      const body = withoutMark(await readBody(request.raw, bodyBytesMax, reservation, unnamedEncoding))
      const noted = dialect.note?.(body)
      // A post arrives when all of it is there: tails go by arrival, and a sender may take minutes.
      const origin: Origin = { ...sender, receivedMs: clock() }
      const beganMs = performance.now()
      const bytes = body.length
      const delivered = await deliver(body, origin, as, reservation.become)
      request.log.debug(
        {
          tenant: origin.tenant,
          source: origin.source,
          accepted: delivered.accepted,
          rejected: rejectedOf(delivered.rejects),
          bytes,
          waitedMs: Math.round(performance.now() - beganMs),
        },
        'batch delivered',
      )
      return dialect.answer(delivered, request, reply, noted)
    } catch (error) {
      // A sender that reads no answer before it has sent all gets this one where the rest is read, and forgotten.
      if (!request.raw.complete && !(isBusy(error) && declaredBytes(request) <= bodyBytesMax))
        void reply.header('connection', 'close')
      throw error
    } finally {
      reservation.release()
    }
  }
}

/**
 * What the headers of a post say of its records.
 * @param cluster That of records that name none.
 */
export function senderOf(request: FastifyRequest, format: TopicFormat, cluster: string): Omit<Origin, 'receivedMs'> {
  const batchId = textHeader(request.headers, batchIdHeader)
  return {
    tenant: request.tenant,
    cluster: textHeader(request.headers, 'x-afterlog-cluster') ?? cluster,
    node: textHeader(request.headers, 'x-afterlog-node') ?? '',
    agent: '',
    source: `http:${request.routeOptions.url ?? ''}`,
    format,
    ...(batchId === undefined ? {} : { batchId }),
  }
}

function bodyFormat(
  request: FastifyRequest,
  { types }: Pick<PostDialect<unknown>, 'types'>,
): PostDialect<unknown>['types'][string] {
  const type = mediaType(request)
  const as = types[type] ?? types['*']
  if (as !== undefined) return as
  throw new AfterlogError(
    'unsupported-type',
    `Content-Type ${JSON.stringify(type)} is not read; send ${Object.keys(types).join(' or ')}`,
    { parameter: 'content-type' },
  )
}

const isBusy = (error: unknown): boolean => error instanceof AfterlogError && error.code === 'busy'

/** Infinite for a body that does not say how long it is. */
const declaredBytes = ({ headers }: FastifyRequest): number => Number(headers['content-length'] ?? Infinity)

type Accepted = z.infer<typeof acceptedSchema>

export function answer({ accepted, rejects }: Delivered): Accepted {
  return {
    accepted,
    rejected: rejectedOf(rejects),
    rejects: rejects.slice(0, rejectsMax).map(({ index, reason, detail }) => ({ index, reason: detail, code: reason })),
  }
}

export function mediaType(request: FastifyRequest): string {
  return (request.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase().slice(0, 200)
}

/** A header that may be left out or empty. Throws `invalid-parameter`. */
export function textHeader(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]
  if (value === undefined || value === '') return undefined
  if (typeof value !== 'string' || !isHeaderText(value))
    throw invalidParameter(
      name,
      `${name} must be 1 to 253 printable ASCII characters, got ${JSON.stringify(value).slice(0, 260)}`,
    )
  return value
}

/** Leaves bodies unparsed for the handlers of the plugin that registers it, and of no other. */
export const rawBodies: (app: Parameters<RoutePlugin>[0]) => void = (app) => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
}

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

/** The form of a body, by media type. */
const forms: Readonly<Record<string, BodyFormat['form']>> = {
  'application/json': 'json',
  'application/x-ndjson': 'ndjson',
}

/** Handles one post of a format. */
export function batchPost(
  { deliver, inflight, bodyBytesMax, cluster, clock, checkReplay }: BatchPostOptions,
  format: TopicFormat,
) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const reservation = inflight.reserve(0)
    try {
      const form = forms[mediaType(request)]
      if (form === undefined) {
        throw new AfterlogError(
          'unsupported-type',
          `Content-Type ${JSON.stringify(mediaType(request))} is not read; send ${Object.keys(forms).join(' or ')}`,
          {
            parameter: 'content-type',
          },
        )
      }
      const replay = readReplay(request.headers[replayHeader])
      if (replay !== undefined) checkReplay(request)
      const batchId = batchHeader(request, batchIdHeader)
      const sender: Omit<Origin, 'receivedMs'> = {
        tenant: request.tenant,
        cluster: batchHeader(request, 'x-afterlog-cluster') ?? cluster,
        node: batchHeader(request, 'x-afterlog-node') ?? '',
        agent: '',
        source: `http:${request.routeOptions.url ?? ''}`,
        format,
        ...(replay === undefined ? {} : { replay }),
        ...(batchId === undefined ? {} : { batchId }),
      }
      const body = withoutMark(await readBody(request.raw, bodyBytesMax, reservation))
      // A post arrives when all of it is there: tails go by arrival, and a sender may take minutes.
      const origin: Origin = { ...sender, receivedMs: clock() }
      const beganMs = performance.now()
      const bytes = body.length
      const delivered = await deliver(body, origin, { format, form }, reservation.become)
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
      return answer(delivered)
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

const isBusy = (error: unknown): boolean => error instanceof AfterlogError && error.code === 'busy'

/** Infinite for a body that does not say how long it is. */
const declaredBytes = ({ headers }: FastifyRequest): number => Number(headers['content-length'] ?? Infinity)

function answer({ accepted, rejects }: Delivered) {
  return {
    accepted,
    rejected: rejectedOf(rejects),
    rejects: rejects.slice(0, rejectsMax).map(({ index, reason, detail }) => ({ index, reason: detail, code: reason })),
  }
}

function mediaType(request: FastifyRequest): string {
  return (request.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase().slice(0, 200)
}

function batchHeader(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name]
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

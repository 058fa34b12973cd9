// POST /v1/logs: OTLP over HTTP, in protobuf or JSON. Answers and errors have the encoding of the request.
// https://opentelemetry.io/docs/specs/otlp/#otlphttp
import type { FastifyRequest, FastifySchema } from 'fastify'
import type { AfterlogError } from '#shared/errors.ts'
import { sendFailure } from '#shared/http/problem.ts'
import type { RoutePlugin } from '#shared/http/server.ts'
import { encodeProto } from '../formats/otlp-schema.ts'
import { rejectedOf, rejectsMax } from '../normalise/reject.ts'
import { batchPost, mediaType, rawBodies, type BatchPostOptions, type PostDialect } from './batch-post.ts'
import type { Delivered } from './deliver-body.ts'
import { otlpExport } from './body-schemas.ts'
import { otlpAnswer, otlpStatus } from './schemas.ts'
import { otlpExample } from './body-examples.ts'

const protobuf = 'application/x-protobuf'

const dialect: PostDialect<unknown> = {
  types: {
    [protobuf]: { format: 'otlp-proto', form: 'json' },
    'application/json': { format: 'otlp-json', form: 'json' },
  },
  answer: (delivered, request, reply) => {
    if (isProto(request))
      return reply
        .header('content-type', protobuf)
        .serializer((payload) => payload as string)
        .send(encodeAnswer(delivered))
    const partial = partialSuccess(delivered)
    if (partial === undefined) return {}
    const { rejected_log_records, error_message } = partial
    return { partialSuccess: { rejectedLogRecords: String(rejected_log_records), errorMessage: error_message } }
  },
}

const isProto = (request: FastifyRequest): boolean => mediaType(request) === protobuf

/** The answer to an export, in protobuf. */
export function encodeAnswer(delivered: Delivered): Buffer {
  const partial = partialSuccess(delivered)
  return encodeProto('ExportResponse', partial === undefined ? {} : { partial_success: partial })
}

/** What of an export was rejected, and why; undefined where nothing was. */
function partialSuccess({ rejects }: Delivered) {
  if (rejects.length === 0) return undefined
  const reasons = [...new Set(rejects.slice(0, rejectsMax).map(({ detail }) => detail))]
  return {
    rejected_log_records: rejectedOf(rejects),
    error_message: `${reasons.slice(0, 5).join('; ')}; GET /v1/dead-letters has the records`,
  }
}

/** google.rpc.Code of a failure. https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto */
export function rpcCode({ status }: AfterlogError): number {
  if (status === 429) return 8
  if (status === 401) return 16
  if (status === 403) return 7
  if (status === 503) return 14
  return status >= 500 ? 13 : 3
}

export function otlpRoute(options: BatchPostOptions): RoutePlugin {
  return (app, _, done) => {
    rawBodies(app)
    app.setErrorHandler((error, request, reply) =>
      sendFailure(request, reply, error, (failure) => {
        const status = { code: rpcCode(failure), message: failure.message }
        return isProto(request)
          ? { type: protobuf, body: encodeProto('Status', status) }
          : { type: 'application/json', body: JSON.stringify(status) }
      }),
    )
    const schema: FastifySchema = {
      operationId: 'exportLogs',
      example: otlpExample,
      summary: 'Store an export of OTLP logs',
      description: 'OTLP/HTTP: application/x-protobuf or application/json. Answers ExportLogsServiceResponse.',
      takes: { 'application/json': otlpExport, [protobuf]: 'An ExportLogsServiceRequest.' },
      response: { 200: otlpAnswer },
      forms: { [protobuf]: 'An ExportLogsServiceResponse.' },
      failureForm: { types: ['application/json', protobuf], shape: otlpStatus },
      tags: ['ingest'],
    }
    app.post('/v1/logs', { schema }, batchPost(options, dialect))
    done()
  }
}

// POST /loki/api/v1/push: Loki's push, in protobuf with snappy or in JSON. Rejected records are dead letters, which lose
// nothing, so the answer is 204 all the same: Loki answers 400 where it rejects one entry, and its agents then drop what
// they sent. They send again what is answered by 429 or 5xx.
// https://grafana.com/docs/loki/latest/reference/loki-http-api/#ingest-logs
import type { FastifySchema } from 'fastify'
import { z } from 'zod'
import { sendSentence } from '#shared/http/problem.ts'
import type { RoutePlugin } from '#shared/http/server.ts'
import { batchPost, rawBodies, type BatchPostOptions, type PostDialect } from './batch-post.ts'
import { lokiPush } from './body-schemas.ts'
import { lokiExample } from './body-examples.ts'

/** Agents compress every push without saying so. */
const proto = { format: 'loki-proto', form: 'json', unnamedEncoding: 'snappy' } as const

const dialect: PostDialect<unknown> = {
  types: { 'application/x-protobuf': proto, '': proto, 'application/json': { format: 'loki-json', form: 'json' } },
  answer: (_delivered, _request, reply) => reply.code(204).send(),
}

export function lokiRoute(options: BatchPostOptions): RoutePlugin {
  return (app, _, done) => {
    rawBodies(app)
    app.setErrorHandler((error, request, reply) => sendSentence(request, reply, error))
    const schema: FastifySchema = {
      operationId: 'pushStreams',
      example: lokiExample,
      summary: 'Store a push of Loki',
      description: "Loki's push: application/x-protobuf, compressed by snappy, or application/json. Answers 204.",
      takes: { 'application/x-protobuf': 'A PushRequest, compressed by snappy.', 'application/json': lokiPush },
      response: { 204: z.null().describe('Everything is stored, or a dead letter.') },
      failureForm: { types: ['text/plain'] },
      tags: ['ingest'],
    }
    app.post('/loki/api/v1/push', { schema }, batchPost(options, dialect))
    done()
  }
}

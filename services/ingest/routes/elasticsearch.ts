// POST /_bulk and /{index}/_bulk, and what agents ask of Elasticsearch before they send; the same under /elasticsearch.
// Errors have Elasticsearch's form. `/` is a browser's where the client takes HTML.
// https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk
import type { FastifyReply, FastifyRequest } from 'fastify'
import { AfterlogError } from '#shared/errors.ts'
import { sendFailure, toProblem } from '#shared/http/problem.ts'
import type { HttpServer, RoutePlugin } from '#shared/http/types.ts'
import type { BulkAction } from '../formats/bulk-items.ts'
import { batchPost, rawBodies, type BatchPostOptions, type PostDialect } from './batch-post.ts'
import { actionsOf, bulkAnswer } from './bulk-answer.ts'
import * as handshake from './elasticsearch-handshake.ts'

const body = { format: 'bulk', form: 'ndjson' } as const

const dialect: PostDialect<unknown, BulkAction[]> = {
  types: {
    'application/x-ndjson': body,
    'application/json': body,
    'application/vnd.elasticsearch+x-ndjson': body,
    'application/vnd.elasticsearch+json': body,
    '': body,
  },
  note: actionsOf,
  answer: (delivered, request, reply, actions = []) =>
    sendJson(
      reply,
      bulkAnswer({
        delivered,
        actions,
        index: paramOf(request, 'index'),
        requestId: request.id,
        filterPath: filterPathOf(request),
      }),
    ),
}

const paramOf = ({ params }: FastifyRequest, name: string): string =>
  (params as Readonly<Record<string, string | undefined>>)[name] ?? ''

function filterPathOf({ query }: FastifyRequest): string | undefined {
  const { filter_path: paths } = query as Readonly<Record<string, unknown>>
  return typeof paths === 'string' ? paths : undefined
}

const sendJson = (reply: FastifyReply, text: string): FastifyReply =>
  reply
    .header('content-type', 'application/json')
    .serializer((payload) => payload as string)
    .send(text)

/** Elasticsearch's names of failures, which agents log; what they do depends on the status. */
function typeOf({ code, status }: AfterlogError): string {
  if (code === 'busy') return 'es_rejected_execution_exception'
  if (code === 'unsupported-type') return 'media_type_header_exception'
  if (code === 'too-large') return 'content_too_long_exception'
  if (code === 'not-found') return 'resource_not_found_exception'
  if (status === 503) return 'cluster_block_exception'
  return status === 400 ? 'illegal_argument_exception' : 'exception'
}

function sendError(request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
  void reply.header('x-elastic-product', 'Elasticsearch')
  return sendFailure(request, reply, error, (failure) => {
    const cause = { type: typeOf(failure), reason: toProblem(failure).detail }
    return {
      type: 'application/json',
      body: JSON.stringify({ error: { root_cause: [cause], ...cause }, status: failure.status }),
    }
  })
}

export const elasticsearchRoutes =
  (options: BatchPostOptions): RoutePlugin =>
  (app, _, done) => {
    // A page that another service has at `/` stands beside ours: browsers take HTML, and agents do not.
    app.addConstraintStrategy({
      name: 'takesHtml',
      storage: () => {
        const handlers = new Map<string, Handler>()
        return {
          get: (value) => handlers.get(value as string) ?? null,
          set: (value, handler) => void handlers.set(value as string, handler),
        }
      },
      validate: () => true,
      deriveConstraint: ({ headers }) => (headers.accept?.includes('text/html') === true ? undefined : 'no'),
      mustMatchWhenDerived: false,
    })
    void app.register(served(options, { constraints: { takesHtml: 'no' } }))
    void app.register(
      (under, options_, registered) => {
        under.setNotFoundHandler((request, reply) =>
          sendError(
            request,
            reply,
            new AfterlogError('not-found', `no such path: ${request.method} ${request.url.slice(0, 200)}`),
          ),
        )
        void under.register(served(options, {}))
        registered()
      },
      { prefix: '/elasticsearch' },
    )
    done()
  }

type Handler = Parameters<ReturnType<Parameters<HttpServer['addConstraintStrategy']>[0]['storage']>['set']>[1]

/** @param root How the route of `/` is registered. */
const served =
  (options: BatchPostOptions, root: { constraints?: Readonly<Record<string, string>> }): RoutePlugin =>
  (app, _, done) => {
    rawBodies(app)
    app.setErrorHandler((error, request, reply) => sendError(request, reply, error))
    app.addHook('onRequest', async (_request, reply) => void reply.header('x-elastic-product', 'Elasticsearch'))
    const schema = {
      summary: 'Store documents as Elasticsearch does',
      description:
        "Elasticsearch's bulk body: pairs of an action, index or create, and a document. An item answers each.",
      tags: ['ingest'],
    }
    const hide = { schema: { hide: true } }
    for (const path of ['/_bulk', '/:index/_bulk'])
      app.route({ method: ['POST', 'PUT'], url: path, schema, handler: batchPost(options, dialect) })
    app.get('/', { ...hide, ...root }, handshake.about)
    for (const [path, answer] of Object.entries(handshake.asked)) app.get(path, hide, answer)
    for (const path of handshake.installed)
      app.route({ method: ['PUT', 'POST', 'DELETE'], url: path, ...hide, handler: handshake.acknowledged })
    done()
  }

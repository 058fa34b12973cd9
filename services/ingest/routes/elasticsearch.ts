// POST /_bulk and /{index}/_bulk, and what agents ask of Elasticsearch before they send; the same under /elasticsearch.
// Errors have Elasticsearch's form. `/` is a browser's where the client takes HTML.
// https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk
import type { FastifyReply, FastifyRequest, FastifySchema } from 'fastify'
import { z } from 'zod'
import { AfterlogError } from '#shared/errors.ts'
import { sendFailure, toProblem } from '#shared/http/problem.ts'
import type { HttpServer, RoutePlugin } from '#shared/http/types.ts'
import type { BulkAction } from '../formats/bulk-items.ts'
import { batchPost, rawBodies, type BatchPostOptions, type PostDialect } from './batch-post.ts'
import { actionsOf, bulkAnswer } from './bulk-answer.ts'
import { bulkAnswerSchema, elasticsearchError } from './schemas.ts'
import * as handshake from './elasticsearch-handshake.ts'
import { bulkExample } from './body-examples.ts'

/** Of the answer. */
const bulkQuery = z.looseObject({
  filter_path: z.string().optional().describe('Fields of the answer, with commas between them.'),
})
const bulkIndex = z.object({ index: z.string().describe('Index of actions that name none.') })

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

const bulkBodies = Object.fromEntries(
  Object.keys(dialect.types)
    .filter((type) => type !== '')
    .map((type) => [type, 'Pairs of an action and a document, each on a line.']),
)

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
    void app.register(served(options, '', { constraints: { takesHtml: 'no' } }))
    void app.register(
      (under, options_, registered) => {
        under.setNotFoundHandler((request, reply) =>
          sendError(
            request,
            reply,
            new AfterlogError('not-found', `no such path: ${request.method} ${request.url.slice(0, 200)}`),
          ),
        )
        void under.register(served(options, 'UnderPrefix', {}))
        registered()
      },
      { prefix: '/elasticsearch' },
    )
    done()
  }

type Handler = Parameters<ReturnType<Parameters<HttpServer['addConstraintStrategy']>[0]['storage']>['set']>[1]

/**
 * @param under Ends the names of its operations.
 * @param root How the route of `/` is registered.
 */
const served =
  (options: BatchPostOptions, under: string, root: { constraints?: Readonly<Record<string, string>> }): RoutePlugin =>
  (app, _, done) => {
    rawBodies(app)
    app.setErrorHandler((error, request, reply) => sendError(request, reply, error))
    app.addHook('onRequest', async (_request, reply) => void reply.header('x-elastic-product', 'Elasticsearch'))
    const schema: FastifySchema = {
      summary: 'Store documents as Elasticsearch does',
      description:
        "Elasticsearch's bulk body: pairs of an action, index or create, and a document. An item answers each.",
      querystring: bulkQuery,
      example: bulkExample,
      takes: bulkBodies,
      response: { 200: bulkAnswerSchema },
      failureForm: { types: ['application/json'], shape: elasticsearchError },
      tags: ['ingest'],
    }
    const hide = { schema: { hide: true } }
    const handler = batchPost(options, dialect)
    const method = ['POST', 'PUT']
    app.route({ method, url: '/_bulk', schema: { ...schema, operationId: `storeBulk${under}` }, handler })
    const ofIndex = { ...schema, operationId: `storeBulkOfIndex${under}`, params: bulkIndex }
    app.route({ method, url: '/:index/_bulk', schema: ofIndex, handler })
    app.get('/', { ...hide, ...root }, handshake.about)
    for (const [path, answer] of Object.entries(handshake.asked)) app.get(path, hide, answer)
    for (const path of handshake.installed)
      app.route({ method: ['PUT', 'POST', 'DELETE'], url: path, ...hide, handler: handshake.acknowledged })
    done()
  }

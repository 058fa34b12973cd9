// The HTTP application of all services: errors as problem JSON, the tenant of a request, typed OpenAPI at /openapi.json
// with a page at /docs, /healthz, /readyz, /metrics. It does not listen: start-service.ts does, and tests use `inject`.
import { validatorCompiler, type ZodTypeProvider } from '@fastify/type-provider-zod'
import Fastify, { LogController, type FastifyReply, type FastifyRequest } from 'fastify'
import type { IncomingMessage, Server } from 'node:http'
import { Readable } from 'node:stream'
import type { Registry } from 'prom-client'
import { z } from 'zod'
import { AfterlogError, invalidParameter } from '#shared/errors.ts'
import type { Logger } from '#shared/logger.ts'
import { isTenant } from '#shared/tenant.ts'
import type { CheckHost } from './allowed-hosts.ts'
import { watchPaths } from './allowed-methods.ts'
import { answerClientError } from './client-error.ts'
import { parseJsonBody } from './json-body.ts'
import { isApiPath, isKubernetesPath, isLokiPath, isUpgrade } from './api-paths.ts'
import { sendStatus } from './kubernetes-status.ts'
import { observeRequests, requestIdOf } from './observe-requests.ts'
import { compressAnswers } from './compress-answers.ts'
import type { Origins } from '#shared/allowed-origins.ts'
import { answerOtherOrigins } from './cors.ts'
import { sayFreshness } from './freshness.ts'
import { describeApi } from './openapi/describe-api.ts'
import { sendProblem, sendSentence } from './problem.ts'
import { createRequestWork } from './request-work.ts'
import { honourAccept } from './route-contract.ts'
import type { HttpServer, Readiness, RoutePlugin } from './types.ts'
import { watchAnswers, type AnswerLimits } from './watch-answers.ts'

export type { HttpServer, Readiness, RoutePlugin } from './types.ts'

export interface HttpServerOptions {
  log: Logger
  /** Cap of a request body in bytes, before and after decompression. */
  bodyBytesMax: number
  registry: Registry
  /** Refuses a request by its Host header. Without it every name is served. */
  checkHost?: CheckHost | undefined
  readiness: Readiness
  /** Work that the service does not do now although it serves requests. */
  troubles?: () => readonly string[]
  /** Why no path under /v1 and /k8s can be served, or undefined. */
  obstacle?: (() => AfterlogError | undefined) | undefined
  /** Origins whose pages may read answers. */
  origins?: Origins | undefined
  routes: readonly RoutePlugin[]
  answers?: AnswerLimits
}

export async function createHttpServer({
  log,
  bodyBytesMax,
  registry,
  checkHost,
  readiness,
  troubles = () => [],
  obstacle,
  origins,
  routes,
  answers = {},
}: HttpServerOptions): Promise<HttpServer> {
  const app = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: requestIdOf,
    bodyLimit: bodyBytesMax,
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    requestTimeout: 120_000,
    // A hook below refuses a request without Host, with a body that explains it.
    http: {
      requireHostHeader: false,
      shouldUpgradeCallback(this: Server, request) {
        return this.listenerCount('upgrade') > 0 && isUpgrade(request)
      },
    },
    clientErrorHandler: answerClientError,
    routerOptions: { maxParamLength: 4096, ignoreTrailingSlash: true },
    frameworkErrors: (error, request, reply) => {
      // No hook has run for this request.
      request.work = createRequestWork()
      const { url } = request
      const send = isKubernetesPath(url) ? sendStatus : isLokiPath(url) ? sendSentence : sendProblem
      void send(request, reply, error)
    },
  }).withTypeProvider<ZodTypeProvider>() as HttpServer
  // Fastify parses text/plain by itself, but no route takes it.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, async (_: unknown, text: string) =>
    parseJsonBody(text),
  )
  app.setValidatorCompiler(validatorCompiler)
  // Response schemas are for OpenAPI, and tests check answers against them. To validate each answer would only cost
  // time.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data))
  app.setErrorHandler((error, request, reply) => sendProblem(request, reply, error))
  const { methodsOf, below } = watchPaths(app)
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? ''
    // A route that itself answers 404, such as a missing file of /docs, has the right method.
    const methods = methodsOf(path).includes(request.method) ? [] : methodsOf(path)
    if (methods.length > 0) void reply.header('allow', methods.join(', '))
    const send = isLokiPath(path) ? sendSentence : sendProblem
    return send(request, reply, notFound(path, request.method, { methods, below: path === '/' ? [] : below(path) }))
  })
  observeRequests(app, registry)
  watchAnswers(app, registry, answers)
  app.decorateRequest('tenant', 'default')
  if (origins !== undefined) answerOtherOrigins(app, origins)
  checkRequests(app, { checkHost, obstacle })
  noteStreams(app)
  compressAnswers(app)
  sayFreshness(app)
  honourAccept(app)
  await describeApi(app)
  operations(app, registry, { readiness, troubles })
  for (const route of routes) await app.register(route)
  return app
}

function checkRequests(
  app: HttpServer,
  { checkHost, obstacle }: Pick<HttpServerOptions, 'checkHost' | 'obstacle'>,
): void {
  app.addHook('onRequest', async (request, reply) => {
    if (isUpgrade(request.raw)) endOnceRefused(request, reply)
    readHost(request.raw, checkHost)
    request.tenant = readTenant(request.headers['x-scope-orgid'])
    const blocking = isApiPath(request.url) ? obstacle?.() : undefined
    if (blocking !== undefined) throw blocking
  })
}

function noteStreams(app: HttpServer): void {
  app.addHook('onSend', async (request, _, payload) => {
    if (!(payload instanceof Readable)) return payload
    request.work.streams = true
    if (request.method !== 'HEAD') return payload
    // For HEAD, fastify would read the stream to its end, which a tail does not have.
    payload.destroy()
    return Readable.from([])
  })
}

/** Nothing reads a connection that asked for another protocol and got an answer: it would stay open for ever. */
function endOnceRefused({ raw: { socket } }: FastifyRequest, reply: FastifyReply): void {
  void reply.header('connection', 'close')
  reply.raw.once('finish', () => socket.destroySoon())
}

/**
 * Checks every name by which a request calls the service. No browser sends HTTP/1.0, so it may leave out Host, which
 * only HTTP/1.1 requires.
 */
function readHost({ headers: { host }, httpVersion, url = '', rawHeaders }: IncomingMessage, check?: CheckHost): void {
  const [, authority] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(url) ?? []
  if (authority !== undefined) check?.(authority)
  if (host !== undefined) check?.(host)
  else if (httpVersion !== '1.0') throw invalidParameter('Host', 'Host is missing: HTTP/1.1 requires it')
  if (rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'host').length > 1)
    throw invalidParameter('Host', 'Host is there twice: send one')
}

/**
 * Returns the tenant of a request, 1 to 128 printable ASCII characters without blanks, or `default` without the header.
 */
function readTenant(header: string | string[] | undefined): string {
  if (header === undefined || header === '') return 'default'
  if (typeof header !== 'string' || !isTenant(header)) {
    throw invalidParameter(
      'X-Scope-OrgID',
      `X-Scope-OrgID must be one tenant of 1 to 128 printable ASCII characters without blanks, got ${quoted(header)}`,
    )
  }
  return header
}

const quoted = (header: string | string[]): string => JSON.stringify(header).slice(0, 140)

function notFound(
  path: string,
  method: string,
  { methods, below }: { methods: readonly string[]; below: readonly string[] },
): AfterlogError {
  const shortPath = path.slice(0, 200)
  if (methods.length > 0)
    return new AfterlogError('method-not-allowed', `${shortPath} takes ${methods.join(', ')}, not ${method}`)
  const hint = below.length === 0 ? '' : `; below it are ${below.join(', ')}`
  return new AfterlogError('not-found', `no such path: ${method} ${shortPath}${hint}; /docs lists what there is`)
}

function operations(
  app: HttpServer,
  registry: Registry,
  { readiness, troubles }: Required<Pick<HttpServerOptions, 'readiness' | 'troubles'>>,
): void {
  const alive = z.object({ status: z.literal('ok') }).describe('The process is alive.')
  const ready = z
    .object({ status: z.enum(['ready', 'not-ready']), reasons: z.array(z.string()) })
    .describe('Whether it can serve.')
    .meta({ id: 'Readiness' })
  const tags = ['process']
  const health = { operationId: 'getHealth', tags, summary: 'Is the process alive', response: { 200: alive } }
  app.get('/healthz', { schema: health }, () => ({ status: 'ok' as const }))
  app.get(
    '/readyz',
    {
      schema: {
        operationId: 'getReadiness',
        tags,
        summary: 'Whether it can serve, and if not, why; and what else it does not do now',
        response: { 200: ready, 503: ready },
      },
    },
    async (_, reply) => {
      const obstacles = await readiness()
      const serves = obstacles.length === 0
      const status = serves ? 'ready' : 'not-ready'
      return reply.code(serves ? 200 : 503).send({ status, reasons: [...obstacles, ...troubles()] })
    },
  )
  // Browsers request it beside every page. There is no icon, which is not an error.
  app.get('/favicon.ico', { schema: { hide: true } }, (_, reply) =>
    reply.code(204).header('cache-control', 'max-age=86400').send(),
  )
  app.get('/metrics', { schema: { hide: true } }, async (_, reply) =>
    reply
      .header('content-type', registry.contentType)
      .serializer((text) => text as string)
      .send(await registry.metrics()),
  )
}

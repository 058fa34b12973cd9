// The HTTP application both services build their routes on: errors as problem JSON, the tenant of a request, typed OpenAPI
// at /openapi.json, browsable at /docs, /healthz, /readyz, /metrics. It does not listen: main.ts does, tests use `inject`.
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import { jsonSchemaTransform, validatorCompiler, type ZodTypeProvider } from '@fastify/type-provider-zod'
import Fastify, { LogController } from 'fastify'
import { Readable } from 'node:stream'
import type { Registry } from 'prom-client'
import { z } from 'zod'
import { AfterlogError, invalidParameter } from '#shared/errors.ts'
import type { Logger } from '#shared/logger.ts'
import { isTenant } from '#shared/tenant.ts'
import { version } from '#shared/version.ts'
import { watchPaths } from './allowed-methods.ts'
import { answerClientError } from './client-error.ts'
import { parseJsonBody } from './json-body.ts'
import { isApiPath, isKubernetesPath } from './api-paths.ts'
import { sendStatus } from './kubernetes-status.ts'
import { observeRequests, requestIdOf } from './observe-requests.ts'
import { sendProblem } from './problem.ts'
import { createRequestWork } from './request-work.ts'
import type { HttpServer, Readiness, RoutePlugin } from './types.ts'

export type { HttpServer, Readiness, RoutePlugin } from './types.ts'

export interface HttpServerOptions {
  log: Logger
  /** Cap of a request body in bytes, before and after decompression. */
  bodyBytesMax: number
  registry: Registry
  readiness: Readiness
  /** What is not done although all of it is served. */
  troubles?: () => readonly string[]
  /** What keeps every path under /v1 and /k8s from being served, if anything does. */
  obstacle?: () => AfterlogError | undefined
  routes: readonly RoutePlugin[]
}

export async function createHttpServer({
  log,
  bodyBytesMax,
  registry,
  readiness,
  troubles = () => [],
  obstacle,
  routes,
}: HttpServerOptions): Promise<HttpServer> {
  const app = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: requestIdOf,
    bodyLimit: bodyBytesMax,
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    requestTimeout: 120_000,
    // Missing, Host is refused below, with a body that says so.
    http: { requireHostHeader: false },
    clientErrorHandler: answerClientError,
    routerOptions: { maxParamLength: 4096, ignoreTrailingSlash: true },
    frameworkErrors: (error, request, reply) => {
      // No hook has run.
      request.work = createRequestWork()
      void (isKubernetesPath(request.url) ? sendStatus : sendProblem)(request, reply, error)
    },
  }).withTypeProvider<ZodTypeProvider>() as HttpServer
  // text/plain, which fastify reads by itself, is no object of any route.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, async (_: unknown, text: string) => parseJsonBody(text))
  app.setValidatorCompiler(validatorCompiler)
  // Response schemas describe answers in OpenAPI and are checked by tests; validating each line again would only cost.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data))
  app.setErrorHandler((error, request, reply) => sendProblem(request, reply, error))
  const { methodsOf, below } = watchPaths(app)
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? ''
    // A route that found nothing itself, such as a missing file of /docs, is not a wrong method.
    const methods = methodsOf(path).includes(request.method) ? [] : methodsOf(path)
    if (methods.length > 0) void reply.header('allow', methods.join(', '))
    return sendProblem(request, reply, notFound(path, request.method, { methods, below: path === '/' ? [] : below(path) }))
  })
  observeRequests(app, registry)
  app.decorateRequest('tenant', 'default')
  app.addHook('onRequest', async (request) => {
    if (request.headers.host === undefined && request.raw.httpVersion !== '1.0')
      throw invalidParameter('Host', 'Host is missing: HTTP/1.1 requires it')
    request.tenant = readTenant(request.headers['x-scope-orgid'])
    const inTheWay = isApiPath(request.url) ? obstacle?.() : undefined
    if (inTheWay !== undefined) throw inTheWay
  })
  app.addHook('onSend', async (request, _, payload) => {
    if (!(payload instanceof Readable)) return payload
    request.work.streams = true
    if (request.method !== 'HEAD') return payload
    // Fastify reads a stream that nobody asked for to its end, which a tail does not have.
    payload.destroy()
    return Readable.from([])
  })
  await app.register(swagger, {
    openapi: { openapi: '3.1.0', info: { title: 'Afterlog', version, description: 'Logs that outlive their pods.' } },
    transform: jsonSchemaTransform,
  })
  await app.register(swaggerUi, { routePrefix: '/docs', theme: { title: 'Afterlog: its HTTP API' } })
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger())
  operations(app, registry, { readiness, troubles })
  for (const route of routes) await app.register(route)
  return app
}

/** Tenant of a request: 1 to 128 printable ASCII characters; `default` where none is named. */
function readTenant(header: string | string[] | undefined): string {
  if (header === undefined || header === '') return 'default'
  if (typeof header !== 'string' || !isTenant(header)) {
    throw invalidParameter('X-Scope-OrgID', 'X-Scope-OrgID names one tenant: 1 to 128 printable ASCII characters')
  }
  return header
}

function notFound(
  path: string,
  method: string,
  { methods, below }: { methods: readonly string[]; below: readonly string[] },
): AfterlogError {
  const shown = path.slice(0, 200)
  if (methods.length > 0) return new AfterlogError('method-not-allowed', `${shown} takes ${methods.join(', ')}, not ${method}`)
  const hint = below.length === 0 ? '' : `; below it are ${below.join(', ')}`
  return new AfterlogError('not-found', `no such path: ${method} ${shown}${hint}; /docs lists what there is`)
}

function operations(
  app: HttpServer,
  registry: Registry,
  { readiness, troubles }: Required<Pick<HttpServerOptions, 'readiness' | 'troubles'>>,
): void {
  const alive = z.object({ status: z.literal('ok') })
  const ready = z.object({ status: z.enum(['ready', 'not-ready']), reasons: z.array(z.string()) })
  app.get('/healthz', { schema: { summary: 'Is the process alive', response: { 200: alive } } }, () => ({
    status: 'ok' as const,
  }))
  app.get(
    '/readyz',
    {
      schema: {
        summary: 'Can it serve, and if not, why; or what it does not do meanwhile',
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
  // Browsers ask for it beside every page; there is none, and that is no error.
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

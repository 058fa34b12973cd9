// The types that routes and the parts of the HTTP application share: the application, a route, and additions to a
// request.
import type { ZodTypeProvider } from '@fastify/type-provider-zod'
import type { FastifyInstance, FastifyPluginCallback, FastifyPluginOptions, RawServerDefault } from 'fastify'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from '#shared/logger.ts'
import type { RequestWork } from './request-work.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** X-Scope-OrgID, or `default`. */
    tenant: string
    /** The cost of its answer in the store. */
    work: RequestWork
  }
}

export type HttpServer = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, Logger, ZodTypeProvider>
/** A route is one file, which makes a plugin with a factory. */
export type RoutePlugin = FastifyPluginCallback<FastifyPluginOptions, RawServerDefault, ZodTypeProvider, Logger>

/** Returns why a service cannot serve now. An empty list means ready. */
export type Readiness = () => Promise<readonly string[]>

// What routes and the parts of the HTTP application know of it: its type, that of a route, and what hangs on each request.
import type { ZodTypeProvider } from '@fastify/type-provider-zod'
import type { FastifyInstance, FastifyPluginCallback, FastifyPluginOptions, RawServerDefault } from 'fastify'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from '#shared/logger.ts'
import type { RequestWork } from './request-work.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** X-Scope-OrgID, or `default`. */
    tenant: string
    /** What its answer took of the store. */
    work: RequestWork
  }
}

export type HttpServer = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, Logger, ZodTypeProvider>
/** A route is one file: a plugin made by a factory. */
export type RoutePlugin = FastifyPluginCallback<FastifyPluginOptions, RawServerDefault, ZodTypeProvider, Logger>

/** Why a service cannot serve now; an empty list means ready. */
export type Readiness = () => Promise<readonly string[]>

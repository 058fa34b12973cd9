// What the schema of a route says beyond fastify's own: it makes the operation in /openapi.json, and Accept is compared
// with it.
import type { z } from 'zod'
import type { ErrorCode } from '#shared/errors.ts'
import { negotiatedType } from './accept.ts'
import type { HttpServer } from './types.ts'
import { addVary } from './vary.ts'

/** How a protocol sends its failures. */
export interface FailureForm {
  types: readonly string[]
  /** A text where there is none. */
  shape?: z.ZodType
}

/** A request that works, by which the document shows the operation, and tests call it. */
export interface RequestExample {
  path?: Readonly<Record<string, string>>
  query?: Readonly<Record<string, string>>
  /** By media type. A text is sent as it is, anything else as JSON. */
  body?: Readonly<Record<string, unknown>>
}

declare module 'fastify' {
  interface FastifySchema {
    operationId?: string
    tags?: readonly string[]
    summary?: string
    description?: string
    hide?: boolean
    /** Media types of the answer besides JSON, and what each has. Where `response` has none, the first one is the default. */
    forms?: Readonly<Record<string, string>>
    /** Media types of the body, each with its shape, or what it has where that is no JSON. */
    takes?: Readonly<Record<string, z.ZodType | string>>
    /** Headers that it reads. It does not check them by this. */
    sends?: z.ZodObject
    /** Codes of failures beside those of all routes of its kind. */
    failures?: readonly ErrorCode[]
    /** How failures are sent where it is not problem JSON. */
    failureForm?: FailureForm
    /** Whether a client may, or must, send the token of the operator. */
    admin?: 'may' | 'must'
    example?: RequestExample
  }
}

export const json = 'application/json'

interface Described {
  response?: unknown
  forms?: Readonly<Record<string, string>>
  hide?: boolean
}

/** The media types of the answer, the default first. Empty where the answer has no body. */
export function answerTypes({ response, forms = {} }: Described): readonly string[] {
  const hasJson = typeof response === 'object' && response !== null && '200' in response
  return [...(hasJson ? [json] : []), ...Object.keys(forms)]
}

/**
 * Answers 406 where a client accepts none of the types of a route, before the request has any effect. Routes that are
 * not in the document are those of other protocols, which have rules of their own. Call it before routes are added.
 */
export function honourAccept(app: HttpServer): void {
  app.addHook('onRoute', (route) => {
    const { schema } = route
    const types = schema === undefined || schema.hide === true ? [] : answerTypes(schema)
    if (types.length === 0) return
    route.onRequest = [
      ...[route.onRequest ?? []].flat(),
      async (request, reply) => {
        if (types.length > 1) addVary(reply, 'accept')
        negotiatedType(request, types)
      },
    ]
  })
}

// `explain=true` of a route: the request is answered as ever, and then its answer is thrown away for the statements that
// it was made from, their indexes, and what running them read. requestReading notes the statements.
import { Readable } from 'node:stream'
import { z } from 'zod'
import type { RunStatement } from '#shared/clickhouse/explained-store.ts'
import { clientGone } from '#shared/http/answer-over.ts'
import type { RoutePlugin } from '#shared/http/server.ts'
import { createReading } from '#shared/store-reading/reading.ts'
import { boolean } from './parameters.ts'
import type { QueryRouteOptions } from './query-context.ts'
import { readExplanation } from './read-explanation.ts'

const explain = boolean
  .optional()
  .describe('Instead of the answer, the statements that it is made from, their indexes, and what they read.')
/** The query once it is read. */
const asked = z.object({ explain: z.boolean().optional() })
const mediaType = 'application/json; charset=utf-8'

/** The routes of a plugin, which read the store by requestReading alone. Their answers must have an end. */
export const explainedRoute =
  (route: RoutePlugin, { store, limits }: Pick<QueryRouteOptions, 'store' | 'limits'>): RoutePlugin =>
  (app, options, done) => {
    app.addHook('onRoute', (added) => {
      const querystring = added.schema?.querystring
      if (querystring instanceof z.ZodObject)
        added.schema = { ...added.schema, querystring: querystring.extend({ explain }) }
    })
    app.addHook('preHandler', async (request) => {
      const { explain: isAsked } = asked.parse(request.query)
      // Not a parameter of the route itself, whose cursors name all of its own.
      if (typeof request.query === 'object' && request.query !== null) Reflect.deleteProperty(request.query, 'explain')
      if (isAsked !== true) return
      const ran: RunStatement[] = []
      request.work.ran = ran
      // Answers that stream have no end of their own.
      request.headers.accept = 'application/json'
    })
    app.addHook('onSend', async (request, reply, payload) => {
      const { ran } = request.work
      if (ran === undefined || reply.statusCode !== 200) return payload
      if (payload instanceof Readable) for await (const _ of payload);
      const reading = createReading({ store, limits, signal: clientGone(reply) })
      void reply.type(mediaType).removeHeader('content-length')
      return JSON.stringify({ explain: await readExplanation(reading, ran) })
    })
    return route(app, options, done)
  }

// GET /v1/pods/{uid}/obituary: how a pod died, as JSON or as one page for a browser.
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import type { RoutePlugin } from '#shared/http/server.ts'
import { readObituary } from './read-obituary.ts'
import { readReferencedPod } from '#query/pods/read-pod-reference.ts'
import { negotiatedType } from '#shared/http/accept.ts'
import { obituaryPage } from './obituary-page.ts'
import type { QueryRouteOptions } from '#query/http/query-context.ts'
import { requestReading } from '#query/http/request-reading.ts'
import { obituaryAnswer } from './obituary-schema.ts'
import { podPath } from '#query/pods/pods-schema.ts'

/** Lets the page load and run nothing, so that a log line stays text. */
const policy =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

export const obituaryRoute =
  ({ store, limits }: Pick<QueryRouteOptions, 'store' | 'limits'>): RoutePlugin =>
  (app, _, done) => {
    const schema = {
      operationId: 'getObituary',
      tags: ['pods'],
      summary: 'How a pod died: cause, evidence, timeline, last words; as JSON or as a page',
      params: podPath,
      querystring: z.strictObject({}),
      forms: { 'text/html': 'The obituary as one page, without scripts.' },
      failures: ['not-found', 'ambiguous'] as const,
      response: { 200: obituaryAnswer },
    }
    app.get('/v1/pods/:uid/obituary', { schema }, async (request, reply) => {
      const { tenant, params } = request
      const type = negotiatedType(request, ['application/json', 'text/html'])
      const reading = requestReading({ store, limits }, reply)
      const reference = { tenant, reference: params.uid, parameter: 'uid' }
      const { pod: obituary } = await readReferencedPod(reading, reference, (uid) => readObituary(reading, tenant, uid))
      return type === 'application/json' ? reply.send(obituary) : sendPage(reply, obituaryPage(obituary))
    })
    done()
  }

const sendPage = (reply: FastifyReply, page: string): FastifyReply =>
  reply
    .type('text/html; charset=utf-8')
    .header('content-security-policy', policy)
    .header('x-content-type-options', 'nosniff')
    .send(page)

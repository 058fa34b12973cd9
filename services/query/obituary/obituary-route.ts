// GET /v1/pods/{uid}/obituary: how a pod died, as JSON or as one page for a browser.
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { AfterlogError } from '#shared/errors.ts'
import { isUnchanged } from '#shared/http/freshness.ts'
import type { RoutePlugin } from '#shared/http/server.ts'
import { readObituary } from './read-obituary.ts'
import { readReferencedPod } from '#query/pods/read-pod-reference.ts'
import { negotiatedType } from '#shared/http/accept.ts'
import { obituaryPage } from './obituary-page.ts'
import { errorPage, pagePolicy } from './page-frame.ts'
import type { QueryRouteOptions } from '#query/http/query-context.ts'
import { requestReading } from '#query/http/request-reading.ts'
import { obituaryAnswer } from './obituary-schema.ts'
import { podPath } from '#query/pods/pods-schema.ts'

const unchanged = z.null().describe('The obituary is the one that the client has.')

export const obituaryRoute =
  ({ store, limits, clock }: Pick<QueryRouteOptions, 'store' | 'limits' | 'clock'>): RoutePlugin =>
  (app, _, done) => {
    const schema = {
      operationId: 'getObituary',
      example: { path: { uid: '5b0c1d2e' } },
      sends: z.object({ 'If-None-Match': z.string().optional().describe('`ETag` of an answer that the client has.') }),
      tags: ['pods'],
      summary: 'How a pod died: cause, evidence, timeline, last words; as JSON or as a page',
      params: podPath,
      querystring: z.strictObject({}),
      forms: { 'text/html': 'The obituary as one page, without scripts.' },
      failures: ['not-found', 'ambiguous'] as const,
      response: { 200: obituaryAnswer, 304: unchanged },
    }
    app.get('/v1/pods/:uid/obituary', { schema }, async (request, reply) => {
      const { tenant, params } = request
      const type = negotiatedType(request, ['application/json', 'text/html'])
      const reading = requestReading({ store, limits }, reply)
      const reference = { tenant, reference: params.uid, parameter: 'uid' }
      const found = readReferencedPod(reading, reference, (uid) => readObituary(reading, tenant, uid))
      if (type === 'application/json') {
        const { pod: obituary } = await found
        const text = JSON.stringify(obituary)
        // Of a pod that is alive the obituary changes with every line.
        if (obituary.pod.diedAt !== null && isUnchanged(reply, text)) return reply.code(304).send(null)
        return sendJson(reply, text)
      }
      const page = await found.then(({ pod }) => obituaryPage(pod, clock()), failurePage)
      return typeof page === 'string' ? sendPage(reply, 200, page) : sendPage(reply, page.status, errorPage(page))
    })
    done()
  }

const sendJson = (reply: FastifyReply, text: string): FastifyReply =>
  reply
    .type('application/json; charset=utf-8')
    .serializer((payload) => payload as string)
    .send(text)

/** A browser gets a page of what it can correct. Other failures are answered as everywhere. */
function failurePage(error: unknown): AfterlogError {
  if (error instanceof AfterlogError && (error.code === 'not-found' || error.code === 'ambiguous')) return error
  throw error
}

const sendPage = (reply: FastifyReply, status: number, page: string): FastifyReply =>
  reply
    .code(status)
    .type('text/html; charset=utf-8')
    .header('content-security-policy', pagePolicy)
    .header('x-content-type-options', 'nosniff')
    .send(page)

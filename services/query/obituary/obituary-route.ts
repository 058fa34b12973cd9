// GET /v1/pods/{uid}/obituary: how a pod died, as JSON or as one page for a browser.
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { AfterlogError } from '#shared/errors.ts'
import type { RoutePlugin } from '#shared/http/server.ts'
import { readObituary } from './read-obituary.ts'
import { readReferencedPod } from '#query/pods/read-pod-reference.ts'
import { acceptedType } from '#query/http/accept.ts'
import { obituaryPage } from './obituary-page.ts'
import { errorPage, pagePolicy } from './page-frame.ts'
import type { QueryRouteOptions } from '#query/http/query-context.ts'
import { requestReading } from '#query/http/request-reading.ts'
import { obituaryAnswer } from './obituary-schema.ts'
import { podPath } from '#query/pods/pods-schema.ts'

export const obituaryRoute =
  ({ store, limits, clock }: Pick<QueryRouteOptions, 'store' | 'limits' | 'clock'>): RoutePlugin =>
  (app, _, done) => {
    const schema = {
      summary: 'How a pod died: cause, evidence, timeline, last words; as JSON or as a page',
      params: podPath,
      querystring: z.strictObject({}),
      response: { 200: obituaryAnswer },
    }
    app.get('/v1/pods/:uid/obituary', { schema }, async (request, reply) => {
      const { tenant, params, headers } = request
      const type = acceptedType(headers.accept, ['application/json', 'text/html'])
      if (type === undefined) {
        const message = 'an obituary comes as application/json or text/html: name one of them in Accept'
        throw new AfterlogError('not-acceptable', message, { parameter: 'Accept' })
      }
      const reading = requestReading({ store, limits }, reply)
      const reference = { tenant, reference: params.uid, parameter: 'uid' }
      void reply.header('vary', 'accept')
      const found = readReferencedPod(reading, reference, (uid) => readObituary(reading, tenant, uid))
      if (type === 'application/json') return reply.send((await found).pod)
      const page = await found.then(({ pod }) => obituaryPage(pod, clock()), failurePage)
      return typeof page === 'string' ? sendPage(reply, 200, page) : sendPage(reply, page.status, errorPage(page))
    })
    done()
  }

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

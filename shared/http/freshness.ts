// Whether answers may be kept: none is, since lines may be secret and arrive all the time, but those that a client has
// and asks about again by If-None-Match. RFC 9111, and RFC 9110, section 13.1.2.
import { createHash } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import type { HttpServer } from './types.ts'

/** Answers that say nothing else are not kept. */
export function sayFreshness(app: HttpServer): void {
  app.addHook('onSend', async (_request, reply, payload) => {
    if (!reply.hasHeader('cache-control')) void reply.header('cache-control', 'no-store')
    return payload
  })
}

/** Names an answer by its content. Returns whether the client has it, so that 304 says all. */
export function isUnchanged(reply: FastifyReply, text: string): boolean {
  // `explain=true`: what is sent is not this.
  if (reply.request.work.ran !== undefined) return false
  const etag = `W/"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`
  void reply.header('etag', etag).header('cache-control', 'private, no-cache')
  const asked = reply.request.headers['if-none-match']
  if (asked === undefined) return false
  return asked.trim() === '*' || asked.split(',').some((each) => each.trim().replace(/^W\//, '') === etag.slice(2))
}

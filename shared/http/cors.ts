// Lets pages of other origins read answers, where the configuration names them: https://fetch.spec.whatwg.org/#cors-protocol
// Without credentials, and without the methods that change rules. Without AFTERLOG_CORS_ORIGINS nothing is said, and
// browsers keep answers from such pages.
import { allowsOrigin, type Origins } from '#shared/allowed-origins.ts'
import type { HttpServer } from './types.ts'
import { addVary } from './vary.ts'

const allowed = {
  'access-control-allow-methods': 'GET, HEAD, POST',
  'access-control-allow-headers':
    'accept, authorization, content-type, idempotency-key, if-none-match, last-event-id, x-scope-orgid',
  'access-control-max-age': '600',
}
const exposed = 'etag, retry-after, x-afterlog-hint, x-request-id'

/** Call it before hooks that may refuse a request, so that a page can read why. */
export function answerOtherOrigins(app: HttpServer, origins: Origins): void {
  app.addHook('onRequest', async ({ headers, method }, reply) => {
    const anyOrigin = origins.has('*')
    if (!anyOrigin) addVary(reply, 'origin')
    if (!allowsOrigin(origins, headers.origin)) return
    void reply.header('access-control-allow-origin', anyOrigin ? '*' : headers.origin)
    void reply.header('access-control-expose-headers', exposed)
    if (method === 'OPTIONS' && headers['access-control-request-method'] !== undefined)
      return reply.code(204).headers(allowed).send()
  })
}

// The page (services/web): one HTML document at the path of each view, and its assets, which are named by their content
// and were compressed when they were built. The page loads nothing from elsewhere and runs nothing but its own scripts.
import { access, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import { AfterlogError } from '#shared/errors.ts'
import type { RoutePlugin } from '#shared/http/server.ts'
import { baseFrom } from './page-base.ts'

/** Log lines are shown by this page: what they hold stays text, whatever it is. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** services/web/src/router.tsx has the same. */
const views = ['/', '/deaths', '/pods/:uid', '/logs']

const built = new URL('../../web/dist/', import.meta.url)
/** In services/web/index.html. */
const standardBase = '<base href="/" />'

export interface WebRouteOptions {
  /** Where the page is built. */
  dist?: URL
}

export const webRoute =
  ({ dist = built }: WebRouteOptions = {}): RoutePlugin =>
  async (app) => {
    const html = await readFile(new URL('index.html', dist), 'utf8').catch(() => undefined)
    for (const view of views)
      app.get(view, { schema: { hide: true } }, async (request, reply) => {
        if (html === undefined)
          throw new AfterlogError('not-found', 'the page is not built: `npm run prepare` builds it; the API is at /v1')
        return reply
          .type('text/html; charset=utf-8')
          .header('content-security-policy', policy)
          .header('cache-control', 'no-cache')
          .header('x-content-type-options', 'nosniff')
          .header('referrer-policy', 'same-origin')
          .send(html.replace(standardBase, `<base href="${baseFrom(request.url)}" />`))
      })
    if (html === undefined) return
    await access(new URL('assets/', dist))
    await app.register(fastifyStatic, {
      root: fileURLToPath(new URL('assets/', dist)),
      prefix: '/assets/',
      preCompressed: true,
      immutable: true,
      maxAge: '365d',
      index: false,
      list: false,
      schemaHide: true,
      setHeaders: (reply) => void reply.header('x-content-type-options', 'nosniff'),
    })
  }

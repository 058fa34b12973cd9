// Which methods a path takes, for 405 and its Allow header (RFC 9110, section 15.5.6): the router finds routes by method first.
import type { HttpServer } from './server.ts'

interface Registered {
  pattern: RegExp
  methods: readonly string[]
}

/** Watches the routes of an app from now on. The function it returns tells the methods of a path, none where there is no such path. */
export function watchMethods(app: Pick<HttpServer, 'addHook'>): (path: string) => string[] {
  const routes: Registered[] = []
  app.addHook('onRoute', ({ url, method }) => {
    routes.push({ pattern: patternOf(url), methods: typeof method === 'string' ? [method] : method })
  })
  return (path) => [...new Set(routes.flatMap(({ pattern, methods }) => (pattern.test(path) ? methods : [])))].toSorted()
}

/** `/v1/pods/:uid/logs` as an expression, a slash at the end or none. */
function patternOf(url: string): RegExp {
  const parts = url.split('/').map((part) => (part.startsWith(':') ? '[^/]+' : part === '*' ? '.*' : RegExp.escape(part)))
  return new RegExp(`^${parts.join('/')}/?$`)
}

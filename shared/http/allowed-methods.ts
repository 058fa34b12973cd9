// Which methods a path takes, for 405 and its Allow header (RFC 9110, section 15.5.6): the router finds routes by
// method first. And which paths stand below one that is none itself, for whoever types only the beginning.
import type { HttpServer } from './types.ts'

interface Registered {
  /** As OpenAPI writes it, `/v1/pods/{uid}`. */
  path: string
  pattern: RegExp
  methods: readonly string[]
}

export interface ServedPaths {
  /** None where there is no such path. */
  methodsOf(path: string): string[]
  /** In the order of their names. */
  below(path: string): string[]
}

/** Watches the routes of an app from now on. */
export function watchPaths(app: Pick<HttpServer, 'addHook'>): ServedPaths {
  const routes: Registered[] = []
  app.addHook('onRoute', ({ url, method }) => {
    const path = url.replaceAll(/:(\w+)/g, '{$1}')
    routes.push({ path, pattern: patternOf(url), methods: typeof method === 'string' ? [method] : method })
  })
  const unique = (texts: readonly string[]): string[] => [...new Set(texts)].toSorted()
  return {
    methodsOf: (path) => unique(routes.flatMap(({ pattern, methods }) => (pattern.test(path) ? methods : []))),
    below: (path) => unique(routes.map((route) => route.path).filter((each) => each.startsWith(`${path.replace(/\/$/, '')}/`))),
  }
}

/** `/v1/pods/:uid/logs` as an expression, a slash at the end or none. */
function patternOf(url: string): RegExp {
  const parts = url.split('/').map((part) => (part.startsWith(':') ? '[^/]+' : part === '*' ? '.*' : RegExp.escape(part)))
  return new RegExp(`^${parts.join('/')}/?$`)
}

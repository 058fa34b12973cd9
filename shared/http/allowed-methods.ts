// Which methods a path has, for 405 and its Allow header (RFC 9110, section 15.5.6), since the router looks up routes
// by method first. And which paths are below a path that has no route, for users who type only the beginning.
import type { HttpServer } from './types.ts'

interface Registered {
  /** In OpenAPI's form, `/v1/pods/{uid}`. */
  path: string
  pattern: RegExp
  methods: readonly string[]
}

export interface ServedPaths {
  /** The methods of a path; empty where the path has no route. */
  methodsOf(path: string): string[]
  /** The routes below a path, sorted. */
  below(path: string): string[]
}

/** Records the routes that are added to the app after this call. */
export function watchPaths(app: Pick<HttpServer, 'addHook'>): ServedPaths {
  const routes: Registered[] = []
  app.addHook('onRoute', ({ url, method }) => {
    const path = url.replaceAll(/:(\w+)/g, '{$1}')
    routes.push({ path, pattern: patternOf(url), methods: typeof method === 'string' ? [method] : method })
  })
  const unique = (texts: readonly string[]): string[] => [...new Set(texts)].toSorted()
  return {
    methodsOf: (path) => unique(routes.flatMap(({ pattern, methods }) => (pattern.test(path) ? methods : []))),
    below: (path) =>
      unique(routes.map((route) => route.path).filter((each) => each.startsWith(`${path.replace(/\/$/, '')}/`))),
  }
}

/** Turns `/v1/pods/:uid/logs` into an expression, with or without a slash at the end. */
function patternOf(url: string): RegExp {
  const parts = url
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : part === '*' ? '.*' : RegExp.escape(part)))
  return new RegExp(`^${parts.join('/')}/?$`)
}

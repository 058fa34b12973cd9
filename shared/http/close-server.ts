// How the HTTP server ends: no new connections, answers under way come to their end, whatever is left after that is cut. Node closes
// only the connections that are idle when it is told to; one that answers then stays open for its keep-alive time without this.
import type { HttpServer } from './types.ts'

/** Resolves when no connection is left: at once where nothing is under way, after `graceMs` at the latest. */
export async function closeServer(app: HttpServer, graceMs: number): Promise<void> {
  const sweep = setInterval(() => app.server.closeIdleConnections(), 50)
  // A client that does not send or does not read cannot hold up the rest.
  const cut = setTimeout(() => app.server.closeAllConnections(), graceMs)
  try {
    await app.close()
  } finally {
    clearInterval(sweep)
    clearTimeout(cut)
  }
}
